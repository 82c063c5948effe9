import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { attestTwice, delivering, partOf, promising } from "../../support/guarantee.ts";
import { expectIdentities } from "../../support/identity.ts";
import { attest, earn, mint, requestOf } from "../../support/nft.ts";
import { MINER, OWNER, QAP, type Enrolled, enrolled } from "../../support/protocol.ts";
import { DAY } from "../../support/units.ts";

/** The miner's pledge and the most that its termination costs while the network expects no rewards (8.5 %). */
const PLEDGE = FIL(100);
const BALANCE = FIL(1_000);
const TERMINATION_FEE = FIL("8.5");
const COVER = BALANCE - TERMINATION_FEE;

const coverOf = async (p: Enrolled) => (await p.nft.coverOf(MINER)).amount;

const rest = { sectors: [{ start: 50n, count: 50n }] };

describe("PowerNFT.coverOf (R-GUA-2)", () => {
  it("is what the miner holds less the most that ending all its sectors costs", async () => {
    const p = await enrolled();
    expect((await p.fil.ledgerOf(MINER)).pledge).to.equal(PLEDGE);
    expect(await p.nft.coverOf(MINER)).to.deep.equal([COVER, 0n]);
  });

  it("counts locked rewards too, and what the vault holds", async () => {
    const p = await enrolled();
    await p.fil.award(MINER, FIL(40)); // 30 of it are locked
    await p.fil.native({ from: OWNER, to: await p.vault.getAddress(), value: FIL(7) });
    expect(await coverOf(p)).to.equal(COVER + FIL(47));
    await p.fil.mine(30n * DAY); // some have vested, and the end of a deadline unlocked them
    expect(await coverOf(p)).to.equal(COVER + FIL(47));
  });

  it("is less fee debt, which has no getter, whether it can be paid or not", async () => {
    const p = await enrolled();
    await p.fil.award(MINER, FIL(40));
    await p.fil.addFeeDebt(MINER, FIL(3));
    expect(await coverOf(p)).to.equal(COVER + FIL(37));
    await p.fil.addFeeDebt(MINER, FIL(2_000));
    expect(await coverOf(p)).to.equal(COVER + FIL(37) - FIL(2_000));
  });

  it("is less precommit deposits, which the chain burns when a sector is not proven", async () => {
    const p = await enrolled();
    await p.fil.setPreCommitDeposits(MINER, FIL(50));
    expect(await coverOf(p)).to.equal(COVER - FIL(50));
  });

  it("is less 42 daily fault fees of all the power, by the network's own estimate", async () => {
    const p = await enrolled();
    await p.fil.setNetworkEstimates(FIL(80), 100n * QAP);
    const perDay = (FIL(80) * 10_108n) / 100n; // 3.51 days of the miner's expected rewards
    const least = (perDay * 105n) / 100n; // more than 8.5 % of the pledge
    expect(await coverOf(p)).to.be.closeTo(BALANCE - least - 42n * perDay, 50n);
  });

  it("finds the daily fault fee to the attoFIL, although it is read from a termination fee that is rounded down", async () => {
    const p = await enrolled();
    const perByte = ((FIL(10) + 7n) << 128n) / QAP;
    const perDay = (perByte * QAP) >> 128n;
    const least = (perDay * 105n) / 100n;
    expect((perDay * 105n) % 100n, "something is rounded").not.to.equal(0n);
    await p.fil.setExpectedPerByte(perByte);
    expect(await coverOf(p)).to.equal(BALANCE - least - 42n * perDay);
  });

  it("takes the nominal power sold where that is more than the power on chain", async () => {
    const p = await enrolled();
    await p.fil.setNetworkEstimates(FIL(1), 100n * QAP);
    await mint(p, { nominalPower: 3n * QAP });
    const perDay = (FIL(1) * 10_108n * 3n) / 100n;
    const least = (perDay * 105n) / 100n;
    expect(await coverOf(p)).to.be.closeTo(BALANCE - least - 42n * perDay, 50n);
  });

  it("is less what is owed, of both lines", async () => {
    const p = await delivering(FIL(120));
    await attestTwice(p, p.id, p.nominal / 2n);
    await earn(p, MINER, FIL(40));
    await p.fil.mine(20n * DAY - 1n);
    await p.nft.sync(MINER);
    const [{ owed: income }, { owed: due }] = [await p.nft.minerAccount(MINER), await p.nft.guaranteesOf(MINER)];
    expect(income).to.be.greaterThan(FIL(9));
    expect(due).to.be.greaterThan(FIL(3));
    expect(await coverOf(p)).to.equal(COVER + FIL(40) - income - due);
    await p.nft.harvest(MINER); // what is paid is no longer there, and no longer owed
    expect(await coverOf(p)).to.equal(COVER + FIL(40) - income - due);
  });
});

describe("PowerNFT.mint with a guarantee (R-GUA-2)", () => {
  it("is accepted up to the cover, to the attoFIL", async () => {
    const p = await promising(COVER);
    const { amount, remaining } = await p.nft.coverOf(MINER);
    expect([amount, remaining]).to.deep.equal([COVER, COVER]);
  });

  it("is refused beyond it, with both figures", async () => {
    const p = await enrolled();
    const request = await requestOf(p, { guarantee: COVER + 1n });
    await expect(p.nft.connect(p.provider).mint(request))
      .to.be.revertedWithCustomError(p.nft, "NotCovered")
      .withArgs(MINER, COVER + 1n, COVER);
  });

  it("needs cover for all guarantees together", async () => {
    const p = await promising(FIL(900));
    const request = await requestOf(p, { ...rest, guarantee: FIL(92) });
    await expect(p.nft.connect(p.provider).mint(request))
      .to.be.revertedWithCustomError(p.nft, "NotCovered")
      .withArgs(MINER, FIL(992), COVER);
    await mint(p, { ...rest, guarantee: FIL(91) });
  });

  it("gets room again as older guarantees run off", async () => {
    const p = await delivering(COVER);
    await p.fil.mine(100n * DAY);
    await p.nft.sync(MINER);
    const { remaining } = await p.nft.guaranteesOf(MINER);
    const request = { ...rest, guarantee: COVER - remaining };
    await mint(p, request);
    expect((await p.nft.coverOf(MINER)).amount).to.be.at.least((await p.nft.coverOf(MINER)).remaining);
  });

  it("needs no cover without one, however much is promised already", async () => {
    const p = await promising(COVER);
    await p.fil.addFeeDebt(MINER, FIL(500));
    await mint(p, rest);
    expect(await p.nft.minted()).to.equal(2n);
  });
});

describe("MinerVault.withdrawToOwner beside guarantees (R-GUA-2)", () => {
  const withdraw = (p: Enrolled, amount: bigint) => p.vault.connect(p.provider).withdrawToOwner(amount);

  it("pays what does not have to cover them, to the attoFIL", async () => {
    const p = await promising(FIL(300));
    const free = COVER - FIL(300);
    await expect(withdraw(p, free + 1n))
      .to.be.revertedWithCustomError(p.nft, "NotCovered")
      .withArgs(MINER, FIL(300), FIL(300) - 1n);
    await expect(withdraw(p, free)).to.emit(p.vault, "OwnerPaid").withArgs(MINER, OWNER, free);
    expect(await coverOf(p)).to.equal(FIL(300));
  });

  it("is refused for the vault's own cash too, where that is needed", async () => {
    const p = await promising(COVER);
    await p.fil.native({ from: OWNER, to: await p.vault.getAddress(), value: FIL(7) });
    await withdraw(p, FIL(7));
    await expect(withdraw(p, 1n)).to.be.revertedWithCustomError(p.nft, "NotCovered");
  });

  it("pays more as they run off, and all that is available once they have ended", async () => {
    const p = await delivering(FIL(300));
    const free = COVER - FIL(300);
    await p.fil.mine(30n * DAY);
    await withdraw(p, free + (await partOf(p, p.id, 30n * DAY)));
    await p.fil.mineTo((await p.nft.powerOf(p.id)).expiry);
    await withdraw(p, (await p.fil.ledgerOf(MINER)).available);
  });

  it("is refused while fee debt leaves them uncovered, whether the chain refuses (19) or not", async () => {
    const p = await promising(FIL(300));
    await p.fil.addFeeDebt(MINER, FIL(650));
    await expect(withdraw(p, FIL(100))).to.be.revertedWithCustomError(p.nft, "NotCovered");
    await p.fil.addFeeDebt(MINER, FIL(650));
    await expect(withdraw(p, FIL(100)))
      .to.be.revertedWithCustomError(p.vault, "WithdrawalFailed")
      .withArgs(MINER, 19n);
  });

  it("waits for what is due of them (R-VLT-5)", async () => {
    const p = await delivering(FIL(120));
    await attestTwice(p, p.id, p.nominal / 2n);
    await p.fil.mine(20n * DAY);
    await p.fil.setPreCommitDeposits(MINER, (await p.fil.ledgerOf(MINER)).available);
    await p.nft.sync(MINER);
    const { owed } = await p.nft.guaranteesOf(MINER);
    expect(owed).to.be.greaterThan(FIL(3));
    await expect(withdraw(p, 1n)).to.be.revertedWithCustomError(p.vault, "StillOwed");
  });
});

describe("An exit scam by termination (R-GUA-3)", () => {
  it("makes the holder whole from the pledge, and leaves the provider what was never promised", async () => {
    const p = await delivering(FIL(300));
    await p.vault.connect(p.provider).withdrawToOwner(COVER - FIL(300)); // all that it may take
    await p.fil.mine(10n * DAY);
    await p.fil.terminateSectors(
      MINER,
      Array.from({ length: 100 }, (_, sector) => BigInt(sector)),
    );
    // before any report has seen it, the pledge that became available is not the provider's to take
    const { available } = await p.fil.ledgerOf(MINER);
    await expect(p.vault.connect(p.provider).withdrawToOwner(available)).to.be.revertedWithCustomError(
      p.nft,
      "NotCovered",
    );
    await attest(p, p.id, 0n);
    const found = await p.fil.epoch();
    await attest(p, p.id, 0n);
    await p.nft.harvest(MINER);
    const { due, payableNow, remaining } = await p.nft.guaranteeOf(p.id);
    const { attestedAt } = await p.nft.powerOf(p.id);
    expect(due).to.be.closeTo(FIL(300) - (await partOf(p, p.id, found - attestedAt)), 10n);
    expect([payableNow, remaining]).to.deep.equal([due, 0n]);
    const before = await p.fil.balanceOf(p.stranger.address);
    await p.nft.connect(p.holder).claim([p.id], p.stranger.address);
    expect((await p.fil.balanceOf(p.stranger.address)) - before).to.equal(due);
    await p.vault.connect(p.provider).withdrawToOwner((await p.fil.ledgerOf(MINER)).available);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("pays the income first, then the guarantee, when both are owed (R-LED-4)", async () => {
    const p = await delivering(FIL(300));
    await earn(p, MINER, FIL(40));
    await attest(p, p.id, 0n);
    await p.fil.terminateSectors(
      MINER,
      Array.from({ length: 100 }, (_, sector) => BigInt(sector)),
    );
    await attest(p, p.id, 0n);
    await p.nft.harvest(MINER);
    expect(await p.nft.unpaidOf(p.id)).to.equal(0n);
    const { due, payableNow } = await p.nft.guaranteeOf(p.id);
    expect(due).to.be.closeTo(FIL(300), await partOf(p, p.id, 10n)); // a few epochs ran off
    expect(payableNow).to.equal(due);
    await expectIdentities(p, MINER, [p.id]);
  });
});
