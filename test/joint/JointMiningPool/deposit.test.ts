import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL } from "../../filecoin/index.ts";
import { ethers } from "../../support/network.ts";
import { attestTwice, prove } from "../../support/guarantee.ts";
import { attest } from "../../support/nft.ts";
import {
  SHARE,
  deposit,
  founded,
  joined,
  mineADay,
  mining,
  nextDay,
  setCap,
  sharesOf,
  worthOf,
  person,
} from "../../support/pool.ts";
import { DAY } from "../../support/units.ts";

describe("JointMiningPool.depositFil (R-JMP-1)", () => {
  it("takes native FIL in one transaction and mints shares, a million for each attoFIL at first", async () => {
    const p = await founded();
    const who = person(p, 0);
    const call = p.pool.connect(who).depositFil(who.address, 0n, { value: SHARE });
    await expect(call).to.changeEtherBalances(ethers, [who, p.pool], [-SHARE, SHARE]);
    await expect(call).to.emit(p.pool, "Deposit").withArgs(who.address, who.address, SHARE, sharesOf(SHARE));
    expect(await p.pool.balanceOf(who)).to.equal(sharesOf(SHARE));
    const { cash, deposits, upper, lower } = await p.pool.accounts();
    expect([cash, deposits, upper, lower]).to.deep.equal([SHARE, SHARE, SHARE, SHARE]);
  });

  it("refuses less than one unit", async () => {
    const p = await founded();
    await expect(deposit(p, p.stranger, FIL(1) - 1n))
      .to.be.revertedWithCustomError(p.pool, "BelowMinimum")
      .withArgs(FIL(1) - 1n, FIL(1));
    await deposit(p, p.stranger, FIL(1));
  });

  it("refuses fewer shares than the caller accepts", async () => {
    const p = await founded();
    await expect(p.pool.connect(p.stranger).depositFil(p.stranger.address, sharesOf(SHARE) + 1n, { value: SHARE }))
      .to.be.revertedWithCustomError(p.pool, "TooFewShares")
      .withArgs(sharesOf(SHARE), sharesOf(SHARE) + 1n);
  });

  it("settles first when nobody has in this frame", async () => {
    const p = await mining();
    await nextDay(p);
    expect(await p.pool.isSettled()).to.equal(false);
    await expect(p.pool.connect(p.stranger).depositFil(p.stranger.address, 0n, { value: SHARE })).to.emit(
      p.pool,
      "Settled",
    );
  });

  it("refuses FIL that comes by a plain call", async () => {
    const p = await founded();
    await expect(p.stranger.sendTransaction({ to: p.pool, value: 1n })).to.be.revertedWithCustomError(
      p.pool,
      "UseDepositFil",
    );
  });

  it("refuses shares for the pool itself", async () => {
    const p = await founded();
    const pool = await p.pool.getAddress();
    await expect(p.pool.connect(p.stranger).depositFil(pool, 0n, { value: SHARE }))
      .to.be.revertedWithCustomError(p.pool, "BadReceiver")
      .withArgs(pool);
  });
});

describe("JointMiningPool.deposit and mint (R-JMP-1)", () => {
  async function withWfil() {
    const p = await founded();
    await p.wfil.connect(p.stranger).deposit({ value: FIL(5_000) });
    await p.wfil.connect(p.stranger).approve(p.pool, FIL(5_000));
    return p;
  }

  it("take WFIL and keep it as FIL", async () => {
    const p = await withWfil();
    const call = p.pool.connect(p.stranger).deposit(SHARE, p.stranger.address);
    await expect(call).to.changeEtherBalance(ethers, p.pool, SHARE);
    await expect(call).to.changeTokenBalance(ethers, p.wfil, p.stranger, -SHARE);
    expect(await p.wfil.balanceOf(p.pool)).to.equal(0n);
    expect(await p.pool.balanceOf(p.stranger)).to.equal(sharesOf(SHARE));
  });

  it("give what their previews say", async () => {
    const p = await withWfil();
    await deposit(p, person(p, 0), FIL(777));
    await p.fil.setBalance(await p.pool.getAddress(), FIL(12_345));
    const shares = await p.pool.previewDeposit(SHARE);
    await p.pool.connect(p.stranger).deposit(SHARE, p.stranger.address);
    expect(await p.pool.balanceOf(p.stranger)).to.equal(shares);
    const assets = await p.pool.previewMint(shares);
    await expect(p.pool.connect(p.stranger).mint(shares, p.stranger.address)).to.changeTokenBalance(
      ethers,
      p.wfil,
      p.stranger,
      -assets,
    );
    expect(assets).to.equal(SHARE);
  });

  it("are refused until somebody settles in this frame, and say so by their limits", async () => {
    const p = await mining();
    await p.wfil.connect(p.stranger).deposit({ value: SHARE });
    await p.wfil.connect(p.stranger).approve(p.pool, SHARE);
    await nextDay(p);
    expect(await p.pool.maxDeposit(p.stranger.address)).to.equal(0n);
    expect(await p.pool.maxMint(p.stranger.address)).to.equal(0n);
    const frame = await p.pool.currentFrame();
    await expect(p.pool.connect(p.stranger).deposit(SHARE, p.stranger.address))
      .to.be.revertedWithCustomError(p.pool, "NotSettled")
      .withArgs(frame - 1n, frame);
    await p.pool.settle();
    await p.pool.connect(p.stranger).deposit(SHARE, p.stranger.address);
  });

  it("keep to the cap on what the pool may be worth", async () => {
    const p = await withWfil();
    await setCap(p, FIL(1_500));
    expect(await p.pool.maxDeposit(p.stranger.address)).to.equal(FIL(1_500));
    await p.pool.connect(p.stranger).deposit(SHARE, p.stranger.address);
    expect(await p.pool.maxDeposit(p.stranger.address)).to.equal(FIL(500));
    await expect(p.pool.connect(p.stranger).deposit(FIL(501), p.stranger.address))
      .to.be.revertedWithCustomError(p.pool, "AboveMaximum")
      .withArgs(FIL(501), FIL(500));
    const shares = await p.pool.maxMint(p.stranger.address);
    await p.pool.connect(p.stranger).mint(shares, p.stranger.address);
    expect(await p.pool.maxDeposit(p.stranger.address)).to.equal(0n);
    expect(await p.pool.maxDeposit(ZeroAddress)).to.equal(0n);
  });
});

describe("the price of entering (R-JMP-4)", () => {
  it("counts unpaid cost, receivables and the income expected since the last settling", async () => {
    const p = await mining();
    await mineADay(p);
    const { settledAt, upper, cash, receivables, machinesUpper, expectedPerDay } = await p.pool.accounts();
    expect(expectedPerDay).to.be.closeTo(FIL(100), 1_000n);
    expect(upper).to.equal(cash + receivables + machinesUpper);
    await p.fil.mineTo(settledAt + DAY / 2n);
    const later = await p.pool.accounts();
    expect(later.upper - upper).to.equal((expectedPerDay * ((await p.fil.epoch()) - settledAt)) / DAY);
  });

  it("caps unpaid cost by what the network expects of the nominal power for the rest of the term", async () => {
    const p = await mining();
    await p.fil.setNetworkEstimates(FIL(24) / DAY, 240n * 32n * 1024n ** 3n); // a tenth of what it was
    await p.pool.settle();
    const { machinesUpper, settledAt } = await p.pool.accounts();
    const { expiry } = await p.pool.machineOf(p.id);
    const expected = (FIL(10) * (expiry - settledAt)) / DAY;
    expect(machinesUpper).to.be.closeTo(expected, 10n ** 6n);
    expect(machinesUpper).to.be.lessThan(FIL(10_000));
  });

  it("is at no time below the price of leaving, whatever the weight", async () => {
    const p = await mining();
    for (const weight of [p.weight / 2n, 0n, 0n, p.weight]) {
      await attest(p, p.id, weight);
      await p.pool.settle();
      const { upper, lower } = await p.pool.accounts();
      expect(upper).to.be.at.least(lower);
    }
  });

  it("does not see donations", async () => {
    const p = await mining();
    const before = await p.pool.accounts();
    const pool = await p.pool.getAddress();
    await p.fil.setBalance(pool, (await p.fil.balanceOf(pool)) + FIL(5_000));
    await p.wfil.connect(p.stranger).deposit({ value: FIL(10) });
    await p.wfil.connect(p.stranger).transfer(pool, FIL(10));
    await p.pool.settle();
    const after = await p.pool.accounts();
    expect([after.cash, after.machinesUpper]).to.deep.equal([before.cash, before.machinesUpper]);
  });
});

describe("a deposit while a machine's weight is in doubt (R-JMP-4)", () => {
  it("is refused after the first report of less power, until the next one confirms it or not", async () => {
    const p = await mining();
    await attest(p, p.id, p.weight / 2n);
    await p.pool.impair(p.id);
    expect(await p.pool.maxDeposit(p.stranger.address)).to.equal(0n);
    await expect(deposit(p, p.stranger, SHARE)).to.be.revertedWithCustomError(p.pool, "WeightUnconfirmed");
    await attest(p, p.id, p.weight / 2n);
    await p.pool.impair(p.id);
    await deposit(p, p.stranger, SHARE);
  });

  it("is taken after a fall that the chain has proven", async () => {
    const p = await mining();
    await attest(p, p.id, p.weight);
    await prove(p, p.id, p.weight / 2n);
    await p.pool.settle();
    expect((await p.pool.machineOf(p.id)).writtenDown).to.equal(FIL(5_000));
    await deposit(p, p.stranger, SHARE);
  });

  it("is taken when what is in doubt is less than a hundredth of the pool", async () => {
    const p = await mining();
    await attest(p, p.id, (p.weight * 999n) / 1000n);
    await p.pool.impair(p.id);
    await deposit(p, p.stranger, SHARE);
  });
});

describe("the first deposit after everybody has left", () => {
  it("is priced as the first of all, and gets what was left", async () => {
    const p = await joined();
    for (let n = 0; n < 10; ++n) {
      const who = person(p, n);
      await p.pool.connect(who).exitToFil(await p.pool.balanceOf(who), who.address, 0n);
    }
    expect(await p.pool.totalSupply()).to.equal(0n);
    const { cash } = await p.pool.accounts();
    expect(cash, "the exit fees").to.be.closeTo(FIL(10), FIL("0.1"));
    expect(await p.pool.convertToShares(FIL(1))).to.equal(sharesOf(FIL(1)));
    expect(await p.pool.convertToAssets(sharesOf(FIL(1)))).to.equal(FIL(1));
    expect(await p.pool.previewMint(sharesOf(FIL(1)))).to.equal(FIL(1));
    await deposit(p, p.stranger, SHARE);
    expect(await p.pool.balanceOf(p.stranger)).to.equal(sharesOf(SHARE));
    expect(await worthOf(p, p.stranger)).to.be.closeTo(SHARE + cash, 10n);
  });
});

describe("a pool that has lost nearly everything", () => {
  it("takes no more deposits: shares would outgrow the queue, and nobody could leave", async () => {
    const p = await mining();
    await attestTwice(p, p.id, 0n);
    await p.pool.settle();
    const { idleSince } = await p.pool.machineOf(p.id);
    await p.fil.mineTo(idleSince + 42n * DAY);
    await p.fil.setEarlyTerminations(p.miner, true); // nor does its guarantee bring anything
    await p.pool.recogniseLoss(p.id);
    expect((await p.pool.accounts()).upper).to.equal(0n);
    expect(await p.pool.maxDeposit(p.stranger.address)).to.equal(0n);
    await expect(deposit(p, p.stranger, SHARE))
      .to.be.revertedWithCustomError(p.pool, "AboveMaximum")
      .withArgs(SHARE, 0n);
  });
});

describe("a pause of entries (R-GOV-1)", () => {
  it("stops deposits and purchases, and no exit", async () => {
    const p = await joined();
    const until = (await p.fil.epoch()) + 2n * DAY;
    await p.pool.connect(p.guardian).pauseEntries(until);
    await expect(deposit(p, p.stranger, SHARE))
      .to.be.revertedWithCustomError(p.pool, "EntriesArePaused")
      .withArgs(until);
    await expect(p.pool.buyMachine(p.id)).to.be.revertedWithCustomError(p.pool, "EntriesArePaused");
    expect(await p.pool.maxDeposit(p.stranger.address)).to.equal(0n);
    const first = person(p, 0);
    await p.pool.connect(first).exitToFil(sharesOf(SHARE), first.address, 0n);
    expect(await p.pool.balanceOf(first)).to.equal(0n);
  });
});
