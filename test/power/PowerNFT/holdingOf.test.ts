import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { delivering } from "../../support/guarantee.ts";
import { attest, earn } from "../../support/nft.ts";
import { MINER, earning } from "../../support/protocol.ts";
import { DAY } from "../../support/units.ts";

describe("PowerNFT.holdingOf", () => {
  it("says in one call what the others say one by one", async () => {
    const p = await delivering(FIL(120));
    await earn(p, MINER, FIL(40));
    await p.nft.harvest(MINER);
    await p.fil.mine(DAY);
    await attest(p, p.id, p.nominal / 2n);
    await attest(p, p.id, p.nominal / 2n);
    const holder = await p.nft.ownerOf(p.id);
    const signer = [p.holder, p.buyer, p.stranger].find(({ address }) => address === holder) ?? p.holder;
    await p.nft.connect(signer).claim([p.id], holder);
    await earn(p, MINER, FIL(20));
    await p.fil.mine(2n * DAY);
    await p.nft.sync(MINER);
    await p.fil.penalise(MINER, (await p.fil.ledgerOf(MINER)).available + FIL(15));
    await p.nft.sync(MINER);
    await p.nft.connect(signer).approve(p.governance.address, p.id);

    const holding = await p.nft.holdingOf(p.id);
    const miner = await p.nft.minerAccount(MINER);
    const [last, previous] = await p.nft.attestedWeightsOf(p.id);
    const [royaltyReceiver] = await p.nft.royaltyInfo(p.id, FIL(1));
    expect(holding.power).to.deep.equal(await p.nft.powerOf(p.id));
    expect(holding.holder).to.equal(holder);
    expect(holding.approved).to.equal(p.governance.address);
    expect(holding.royaltyReceiver).to.equal(royaltyReceiver);
    expect([holding.lastWeight, holding.previousWeight]).to.deep.equal([last, previous]);
    expect(holding.earned).to.equal(await p.nft.earnedOf(p.id));
    expect(holding.unpaid).to.equal(await p.nft.unpaidOf(p.id));
    expect(holding.paid).to.equal(await p.nft.paidOf(p.id));
    expect(holding.guarantee).to.deep.equal(await p.nft.guaranteeOf(p.id));
    expect([holding.lastSync, holding.arrears]).to.deep.equal([miner.lastSync, miner.arrears]);
    expect([holding.owed, holding.soldPower]).to.deep.equal([miner.owed, miner.nominalPower]);
    const { earned, unpaid, paid, arrears, owed, guarantee } = holding;
    for (const amount of [earned, unpaid, paid, arrears, owed, guarantee.due, guarantee.remaining]) {
      expect(amount, "or it could be left out").to.be.greaterThan(0n);
    }
  });

  it("refuses an unknown NFT", async () => {
    const p = await earning();
    await expect(p.nft.holdingOf(99n)).to.be.revertedWithCustomError(p.nft, "UnknownNFT").withArgs(99n);
  });
});
