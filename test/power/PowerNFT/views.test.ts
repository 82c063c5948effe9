import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { earn } from "../../support/nft.ts";
import { MINER, QAP, deployed, earning } from "../../support/protocol.ts";
import { EXPIRY_GRID, TiB } from "../../support/units.ts";

describe("What PowerNFT tells", () => {
  it("of an id that was never minted is refused by its number", async () => {
    const p = await earning();
    const { nft } = p;
    const views = [
      nft.weightOf,
      nft.nominalPowerOf,
      nft.expiryOf,
      nft.earnedOf,
      nft.payableOf,
      nft.unpaidOf,
      nft.paidOf,
      nft.powerOf,
      nft.sectorsOf,
      nft.tokenURI,
    ];
    for (const view of views) {
      await expect(view(99n), view.name).to.be.revertedWithCustomError(nft, "UnknownNFT").withArgs(99n);
    }
    await expect(nft.royaltyInfo(99n, 1n)).to.be.revertedWithCustomError(nft, "UnknownNFT").withArgs(99n);
  });

  it("of a miner's solvency is one identity, in one call (R-LED-7)", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.nft.harvest(MINER);
    const owed = await earn(p, MINER, FIL(20));
    const { cash, liabilities, earned, covered, owed: reported } = await p.nft.solvency(MINER);
    expect(reported).to.equal(owed);
    expect(covered + owed).to.equal(earned);
    expect(cash).to.equal(covered);
    expect(liabilities).to.equal(covered);
  });

  it("of a miner that nobody enrolled is nothing", async () => {
    const p = await deployed();
    const account = await p.nft.minerAccount(4_242n);
    expect([...account].every((value) => value === 0n)).to.equal(true);
    expect([...(await p.nft.solvency(4_242n))].every((value) => value === 0n)).to.equal(true);
  });

  it("of the grid is 30 days of epochs (R-LED-5)", async () => {
    const p = await deployed();
    expect(await p.nft.EXPIRY_GRID()).to.equal(EXPIRY_GRID);
  });

  it("of its parts is what was deployed", async () => {
    const p = await deployed();
    expect(await p.nft.REGISTRY()).to.equal(await p.registry.getAddress());
    expect(await p.nft.RENDERER()).to.equal(await p.renderer.getAddress());
    expect(await p.nft.VAULT_IMPLEMENTATION()).to.equal(await p.vaultImplementation.getAddress());
    expect(await p.registry.VAULT_IMPLEMENTATION()).to.equal(await p.vaultImplementation.getAddress());
    expect(await p.nft.authority()).to.equal(await p.manager.getAddress());
  });
});

describe("PowerNFT.expectedPerDay (R-INC-7)", () => {
  it("is the network's own estimate of a day's rewards", async () => {
    const p = await earning();
    await p.fil.setNetworkEstimates(FIL(80), 1_000n * TiB); // 80 FIL an epoch, shared by 1000 TiB
    const daily = (FIL(80) * 2_880n) / 1_000n;
    expect(await p.nft.expectedPerDay(MINER, TiB)).to.be.closeTo(daily, daily / 10n ** 12n);
    expect(await p.nft.expectedPerDay(MINER, 2n * TiB)).to.be.closeTo(2n * daily, daily / 10n ** 12n);
  });

  it("is nothing for no power", async () => {
    const p = await earning();
    expect(await p.nft.expectedPerDay(MINER, 0n)).to.equal(0n);
  });

  it("follows the network, whatever the miner has really earned", async () => {
    const p = await earning();
    await p.fil.setNetworkEstimates(FIL(80), 1_000n * TiB);
    const before = await p.nft.expectedPerDay(MINER, QAP);
    await earn(p, MINER, FIL(1_000));
    expect(await p.nft.expectedPerDay(MINER, QAP)).to.equal(before);
  });
});
