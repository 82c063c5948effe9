import { expect } from "chai";

import { bigIntBytes, encodeCbor } from "../../filecoin/cbor.ts";
import { FIL, POWER_ACTOR } from "../../filecoin/index.ts";
import { GET_VESTING_FUNDS, interceptActors } from "../../support/answers.ts";
import { withdrawBalance } from "../../support/beneficiary.ts";
import { expectIdentities } from "../../support/identity.ts";
import { provider } from "../../support/network.ts";
import { attest, earn, mint } from "../../support/nft.ts";
import { MINER, OWNER, QAP, SECTOR_SIZE, type Protocol, deployed, earning, enrolled } from "../../support/protocol.ts";
import { DAY } from "../../support/units.ts";

const MINER_POWER = 36284446n;
/** Rounding of one reward in the two buckets, times 240, attoFIL. */
const DUST = 500n;
const PAIR_LEAD = 4_320n;
const HALF_DAY = 1_440n;
const VESTING_SPAN = 518_400n;

const rewardsOf = async (p: Protocol) => (await p.nft.minerAccount(MINER)).rewards;

describe("PowerNFT.sync", () => {
  it("begins by measuring nothing", async () => {
    const p = await enrolled();
    await p.fil.award(MINER, FIL(8));
    expect((await p.nft.minerAccount(MINER)).syncDeadline).to.equal(0n);
    const tx = p.nft.sync(MINER);
    await expect(tx)
      .to.emit(p.nft, "Synced")
      .withArgs(MINER, 0n, await next(p), 0n, 0n, QAP);
    expect(await rewardsOf(p)).to.equal(0n);
  });

  it("measures a block reward and books holders' part of it (R-INC-1, R-INC-3)", async () => {
    const p = await earning();
    const from = (await p.nft.minerAccount(MINER)).lastSync;
    await p.fil.award(MINER, FIL(40));
    expect(await p.nft.sync.staticCall(MINER)).to.be.closeTo(FIL(40), DUST);
    const close = (to: bigint) => (value: bigint) => value >= to - DUST && value <= to + DUST;
    const now = await next(p);
    await expect(p.nft.sync(MINER))
      .to.emit(p.nft, "Synced")
      .withArgs(MINER, from, now, close(FIL(40)), close(FIL(20)), QAP);
    expect(await p.nft.earnedOf(p.id)).to.be.closeTo(FIL(20), DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("is open to a stranger, and needs no withdrawal to work (R-VLT-4, R-VLT-7)", async () => {
    const p = await earning();
    await p.fil.award(MINER, FIL(40));
    await p.fil.setEarlyTerminations(MINER, true);
    await p.nft.connect(p.stranger).sync(MINER);
    expect(await p.nft.unpaidOf(p.id)).to.be.closeTo(FIL(20), DUST);
  });

  it("measures once an epoch", async () => {
    const p = await earning();
    await p.fil.award(MINER, FIL(40));
    await provider.request({ method: "evm_setAutomine", params: [false] });
    const [first, second] = [await p.nft.connect(p.holder).sync(MINER), await p.nft.connect(p.buyer).sync(MINER)];
    await p.fil.provider.request({ method: "evm_mine" });
    await provider.request({ method: "evm_setAutomine", params: [true] });
    const logs = [(await first.wait())?.logs.length, (await second.wait())?.logs.length];
    expect(logs.sort()).to.deep.equal([0, 1]);
    expect(await rewardsOf(p)).to.be.closeTo(FIL(40), DUST);
  });

  it("equals the miner's true rewards whatever else happens to the miner (R-INC-1, R-INC-4)", async () => {
    const p = await earning();
    let rewards = 0n;
    let count = 0n;
    const day = async (amount: bigint): Promise<void> => {
      await p.fil.awardEvery(MINER, { epochs: DAY, every: 144n, amount });
      rewards += 20n * amount;
      count += 20n;
    };
    await day(FIL("1.7"));
    await p.nft.sync(MINER);
    await p.fil.declareFaults(MINER, [90n, 91n]);
    await p.fil.penalise(MINER, FIL(3)); // eats the nearest buckets
    await day(FIL("2.3"));
    await p.nft.sync(MINER);
    await p.fil.terminateSectors(MINER, [90n, 92n, 93n]);
    await day(FIL("0.123456789012345678"));
    await p.fil.native({ from: OWNER, to: MINER, value: FIL(77) }); // a top-up
    await withdrawBalance(p.fil, MINER, OWNER, FIL(20));
    await p.nft.sync(MINER);
    await p.fil.recoverSectors(MINER, [91n]);
    await p.nft.harvest(MINER);
    await p.vault.connect(p.provider).withdrawToOwner(FIL(10));
    await day(FIL("0.9"));
    await p.fil.setInitialPledge(MINER, FIL(300));
    await p.nft.sync(MINER);
    expect(await rewardsOf(p)).to.be.closeTo(rewards, count * DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("does not depend on how often it is called (R-LED-2)", async () => {
    const p = await earning();
    const days = { epochs: 4n * DAY, every: 1_440n, amount: FIL(1) };
    await p.fil.awardEvery(MINER, days);
    await p.nft.sync(MINER);
    for (let day = 0; day < 4; day++) {
      await p.fil.awardEvery(MINER, { ...days, epochs: DAY });
      await p.nft.sync(MINER);
    }
    expect(await rewardsOf(p)).to.be.closeTo(FIL(16), 16n * DUST);
    expect(await p.nft.earnedOf(p.id)).to.be.closeTo(FIL(8), 16n * DUST);
  });

  it("measures from an empty table, whose class any later entry tells (R-INC-2)", async () => {
    const p = await enrolled();
    await p.nft.sync(MINER);
    const { pairEpoch, lastSync, syncDeadline } = await p.nft.minerAccount(MINER);
    expect(pairEpoch).to.equal(0n);
    expect(syncDeadline).to.equal(lastSync + VESTING_SPAN - 2n * HALF_DAY - PAIR_LEAD);
    await p.fil.awardEvery(MINER, { epochs: 5n * DAY, every: 1_440n, amount: FIL(3) });
    await p.nft.sync(MINER);
    expect(await rewardsOf(p)).to.be.closeTo(FIL(30), 10n * DUST);
  });

  it("chooses the farthest pair that is safe, and shows its deadline (R-INC-2)", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(1));
    const { pairEpoch, syncDeadline, lastSync } = await p.nft.minerAccount(MINER);
    expect(pairEpoch + HALF_DAY).to.be.lessThan(lastSync + VESTING_SPAN);
    expect(pairEpoch + 2n * HALF_DAY).to.be.at.least(lastSync + VESTING_SPAN);
    expect(syncDeadline).to.equal(pairEpoch - PAIR_LEAD);
    expect(syncDeadline - lastSync).to.be.greaterThan(120n * DAY);
  });
});

describe("Holders' part of an interval's rewards (R-INC-3)", () => {
  it("is by the mean of the miner's power at both ends", async () => {
    const p = await earning();
    await p.fil.award(MINER, FIL(30));
    await p.fil.declareFaults(MINER, range(50n, 100n)); // what was not sold fails
    await p.nft.sync(MINER);
    expect(await p.nft.earnedOf(p.id)).to.be.closeTo(FIL(20), DUST); // 50 of (100 + 50) / 2
  });

  it("is all of them, and never more, when less power is left than was sold", async () => {
    const p = await earning();
    await p.fil.setClaim(MINER, 0n, 0n);
    await p.nft.sync(MINER);
    const earned = await earn(p, MINER, FIL(30));
    expect(earned).to.be.closeTo(FIL(30), DUST);
    expect(earned).to.be.at.most((await p.nft.minerAccount(MINER)).rewards);
  });

  it("counts a miner without a claim as power 0 (R-VLT-7)", async () => {
    const p = await earning();
    const actors = await interceptActors();
    await actors.give(POWER_ACTOR, MINER_POWER, 17n, "0x");
    const earned = await earn(p, MINER, FIL(30));
    expect((await p.nft.minerAccount(MINER)).qap).to.equal(0n);
    expect(earned).to.be.closeTo(FIL(30), DUST);
  });

  it("is less the provider's service fee, which stays in the miner", async () => {
    const p = await enrolled();
    const id = await mint(p, { nominalPower: 10n * SECTOR_SIZE, spFeeBps: 2_000n });
    await attest(p, id, 10n * SECTOR_SIZE);
    const earned = await earn(p, MINER, FIL(100));
    expect(earned).to.be.closeTo(FIL(8), DUST);
    expect(await p.nft.earnedOf(id)).to.be.closeTo(FIL(8), DUST);
  });

  it("is nothing while nobody has weight", async () => {
    const p = await enrolled();
    await mint(p);
    expect(await earn(p, MINER, FIL(100))).to.equal(0n);
    expect(await rewardsOf(p)).to.be.closeTo(FIL(100), DUST);
  });
});

describe("A sync that comes late (R-INC-2)", () => {
  it("is exact up to the deadline", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(1));
    const { syncDeadline, rewards } = await p.nft.minerAccount(MINER);
    await p.fil.mineTo(syncDeadline - 2n);
    await p.fil.award(MINER, FIL(9));
    await expect(p.nft.sync(MINER)).not.to.emit(p.nft, "IncomeGap");
    expect(await p.fil.epoch()).to.equal(syncDeadline);
    expect((await rewardsOf(p)) - rewards).to.be.closeTo(FIL(9), DUST);
  });

  it("counts after the deadline what it can prove, says so and goes on", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(1));
    const { syncDeadline, rewards, lastSync } = await p.nft.minerAccount(MINER);
    await p.fil.mineTo(syncDeadline - 1n);
    await p.fil.award(MINER, FIL(9));
    const counted = (value: bigint) => value >= FIL(6) - DUST && value <= FIL(6) + DUST;
    await expect(p.nft.sync(MINER))
      .to.emit(p.nft, "IncomeGap")
      .withArgs(MINER, lastSync, syncDeadline + 1n, counted);
    expect((await rewardsOf(p)) - rewards).to.be.closeTo(FIL(6), DUST);
    const after = await rewardsOf(p);
    await earn(p, MINER, FIL(5));
    expect((await rewardsOf(p)) - after).to.be.closeTo(FIL(5), DUST);
  });

  it("never counts more than there was, whenever it comes", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(1));
    const { pairEpoch, rewards } = await p.nft.minerAccount(MINER);
    await p.fil.mineTo(pairEpoch - 2_000n); // the larger first step of a reward falls into the pair
    await p.fil.award(MINER, FIL(9));
    await p.nft.sync(MINER);
    const counted = (await rewardsOf(p)) - rewards;
    expect(counted).to.be.at.most(FIL(9));
    expect(counted).to.be.greaterThan(0n);
  });

  it("says nothing of a gap where nobody earned", async () => {
    const p = await enrolled();
    await earn(p, MINER, FIL(1));
    const { syncDeadline } = await p.nft.minerAccount(MINER);
    await p.fil.mineTo(syncDeadline + 1n);
    await expect(p.nft.sync(MINER)).not.to.emit(p.nft, "IncomeGap");
  });

  it("counts nothing once the pair has left the table", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(1));
    const { pairEpoch, rewards, lastSync } = await p.nft.minerAccount(MINER);
    await p.fil.mineTo(pairEpoch + 10n * DAY);
    await p.fil.award(MINER, FIL(9));
    const now = await next(p);
    await expect(p.nft.sync(MINER)).to.emit(p.nft, "IncomeGap").withArgs(MINER, lastSync, now, 0n);
    expect(await rewardsOf(p)).to.equal(rewards);
  });
});

describe("A pair that shrank (R-INC-2)", () => {
  it("counts 0 and is the new base", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(180));
    const { pairEpoch, rewards } = await p.nft.minerAccount(MINER);
    await p.fil.setVesting(MINER, [
      { epoch: pairEpoch, amount: 0n },
      { epoch: pairEpoch + HALF_DAY, amount: 1n },
    ]);
    await p.nft.sync(MINER);
    expect(await rewardsOf(p)).to.equal(rewards);
    await earn(p, MINER, FIL(5));
    expect((await rewardsOf(p)) - rewards).to.be.closeTo(FIL(5), DUST);
  });
});

describe("PowerNFT.sync of a miner whose answers cannot be read", () => {
  it("is refused with actor and method", async () => {
    const p = await earning();
    const actors = await interceptActors();
    await actors.give(MINER, GET_VESTING_FUNDS, 0n, encodeCbor(bigIntBytes(1n)));
    await expect(p.nft.sync(MINER))
      .to.be.revertedWithCustomError(p.nft, "BadAnswer")
      .withArgs(MINER, GET_VESTING_FUNDS);
  });

  it("is refused with the exit code when the miner refuses", async () => {
    const p = await earning();
    const actors = await interceptActors();
    await actors.give(MINER, GET_VESTING_FUNDS, 22n, "0x");
    await expect(p.nft.sync(MINER))
      .to.be.revertedWithCustomError(p.nft, "ActorError")
      .withArgs(MINER, GET_VESTING_FUNDS, 22n);
  });

  it("is refused when the power actor fails otherwise than for want of a claim", async () => {
    const p = await earning();
    const actors = await interceptActors();
    await actors.give(POWER_ACTOR, MINER_POWER, 16n, "0x");
    await expect(p.nft.sync(MINER))
      .to.be.revertedWithCustomError(p.nft, "ActorError")
      .withArgs(POWER_ACTOR, MINER_POWER, 16n);
  });

  it("is refused for an id that is no miner", async () => {
    const p = await deployed();
    await p.fil.createAccount({ id: OWNER });
    await expect(p.nft.sync(OWNER))
      .to.be.revertedWithCustomError(p.nft, "BadAnswer")
      .withArgs(OWNER, GET_VESTING_FUNDS);
  });
});

/** The epoch of the next transaction. */
async function next(p: Protocol): Promise<bigint> {
  return (await p.fil.epoch()) + 1n;
}

function range(first: bigint, end: bigint): bigint[] {
  return Array.from({ length: Number(end - first) }, (_, i) => first + BigInt(i));
}
