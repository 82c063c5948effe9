import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { GET_VESTING_FUNDS, interceptActors } from "../../support/answers.ts";
import { proposeReturn } from "../../support/beneficiary.ts";
import { expectIdentities } from "../../support/identity.ts";
import { earn, mint } from "../../support/nft.ts";
import { MINER, OWNER, deployed, earning, enrolled } from "../../support/protocol.ts";

const GIVE_UP_DELAY = 3n * 4_320n;
const DUST = 500n;

/** From now on the miner's vesting table cannot be read, as after an upgrade of the network. */
async function unreadable() {
  const p = await earning();
  await earn(p, MINER, FIL(40));
  await p.nft.harvest(MINER);
  const actors = await interceptActors();
  await actors.give(MINER, GET_VESTING_FUNDS, 0n, "0x80");
  const { syncDeadline, lastSync } = await p.nft.minerAccount(MINER);
  return { ...p, actors, earliest: syncDeadline + GIVE_UP_DELAY, lastSync };
}

describe("PowerNFT.skip", () => {
  it("is refused while a sync could still prove something", async () => {
    const p = await unreadable();
    await p.fil.mineTo(p.earliest - 2n);
    await expect(p.nft.skip(MINER)).to.be.revertedWithCustomError(p.nft, "TooEarlyToSkip").withArgs(MINER, p.earliest);
  });

  it("passes over the time without income, and says so, open to a stranger", async () => {
    const p = await unreadable();
    await p.fil.mineTo(p.earliest - 1n);
    await expect(p.nft.connect(p.stranger).skip(MINER))
      .to.emit(p.nft, "IncomeGap")
      .withArgs(MINER, p.lastSync, p.earliest, 0n);
    expect((await p.nft.minerAccount(MINER)).lastSync).to.equal(p.earliest);
    expect(await p.nft.earnedOf(p.id)).to.be.closeTo(FIL(20), DUST);
  });

  it("reaches expiries, so that the NFT can end (R-LED-5)", async () => {
    const p = await unreadable();
    await p.fil.mineTo(await p.nft.expiryOf(p.id));
    await p.nft.skip(MINER);
    const { living, weight } = await p.nft.minerAccount(MINER);
    expect([living, weight]).to.deep.equal([0n, 0n]);
    await p.nft.connect(p.holder).burn(p.id);
    expect(await p.nft.creditOf(p.holder.address)).to.be.closeTo(FIL(20), DUST);
  });

  it("makes the next sync count nothing and the one after measure afresh", async () => {
    const p = await unreadable();
    await p.fil.mineTo(p.earliest);
    await p.nft.skip(MINER);
    await p.actors.forget(MINER, GET_VESTING_FUNDS);
    await p.fil.award(MINER, FIL(9));
    const before = (await p.nft.minerAccount(MINER)).rewards;
    await p.nft.sync(MINER);
    expect((await p.nft.minerAccount(MINER)).rewards).to.equal(before);
    await earn(p, MINER, FIL(7));
    expect((await p.nft.minerAccount(MINER)).rewards - before).to.be.closeTo(FIL(7), DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("does nothing where nothing was ever measured", async () => {
    const p = await deployed();
    await expect(p.nft.skip(MINER)).not.to.emit(p.nft, "IncomeGap");
    expect((await p.nft.minerAccount(MINER)).lastSync).to.equal(0n);
  });

  it("can be repeated at once until a sync succeeds", async () => {
    const p = await unreadable();
    await p.fil.mineTo(p.earliest);
    await p.nft.skip(MINER);
    await p.nft.skip(MINER);
    expect((await p.nft.minerAccount(MINER)).lastSync).to.equal(await p.fil.epoch());
    await p.actors.forget(MINER, GET_VESTING_FUNDS);
    await p.nft.sync(MINER);
    const { syncDeadline } = await p.nft.minerAccount(MINER);
    await expect(p.nft.skip(MINER))
      .to.be.revertedWithCustomError(p.nft, "TooEarlyToSkip")
      .withArgs(MINER, syncDeadline + GIVE_UP_DELAY);
  });

  it("says nothing of a gap where nobody earned", async () => {
    const p = await enrolled();
    await p.nft.sync(MINER);
    const { syncDeadline } = await p.nft.minerAccount(MINER);
    await p.fil.mineTo(syncDeadline + GIVE_UP_DELAY);
    await expect(p.nft.skip(MINER)).not.to.emit(p.nft, "IncomeGap");
    expect((await p.nft.minerAccount(MINER)).lastSync).to.equal(await p.fil.epoch());
  });
});

describe("The provider's way out when its miner cannot be measured", () => {
  it("is closed to withdrawals while measuring may yet come back", async () => {
    const p = await unreadable();
    await expect(p.vault.connect(p.provider).withdrawToOwner(1n))
      .to.be.revertedWithCustomError(p.nft, "TooEarlyToSkip")
      .withArgs(MINER, p.earliest);
  });

  it("opens to withdrawals after that (R-VLT-4)", async () => {
    const p = await unreadable();
    await p.fil.mineTo(p.earliest);
    await expect(p.vault.connect(p.provider).withdrawToOwner(FIL(1)))
      .to.emit(p.vault, "OwnerPaid")
      .withArgs(MINER, OWNER, FIL(1));
  });

  it("opens to a release once no NFT is alive (R-VLT-6)", async () => {
    const p = await unreadable();
    await p.fil.mineTo(await p.nft.expiryOf(p.id));
    await proposeReturn(p.fil, MINER, OWNER);
    await expect(p.vault.release()).to.emit(p.vault, "Released").withArgs(MINER, OWNER);
  });

  it("stays closed to a release while an NFT is alive", async () => {
    const p = await enrolled();
    const expiry = ((await p.fil.epoch()) / 86_400n + 40n) * 86_400n;
    await mint(p, { expiry });
    const actors = await interceptActors();
    await actors.give(MINER, GET_VESTING_FUNDS, 0n, "0x80");
    const { syncDeadline } = await p.nft.minerAccount(MINER);
    await p.fil.mineTo(syncDeadline + GIVE_UP_DELAY);
    await proposeReturn(p.fil, MINER, OWNER);
    await expect(p.vault.release()).to.be.revertedWithCustomError(p.vault, "LivingNFTs").withArgs(MINER, 1n);
  });
});
