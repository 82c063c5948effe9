import { expect } from "chai";

import { mint, requestOf } from "../../support/nft.ts";
import { deployed, enrolled } from "../../support/protocol.ts";
import { DAY } from "../../support/units.ts";

describe("PowerNFT.pauseMinting", () => {
  it("stops mints until the epoch that was said", async () => {
    const p = await enrolled();
    const until = (await p.fil.epoch()) + 100n;
    await expect(p.nft.connect(p.guardian).pauseMinting(until)).to.emit(p.nft, "MintingPaused").withArgs(until);
    await expect(mint(p)).to.be.revertedWithCustomError(p.nft, "MintingIsPaused").withArgs(until);
    await p.fil.mineTo(until - 2n);
    await expect(mint(p)).to.be.revertedWithCustomError(p.nft, "MintingIsPaused").withArgs(until);
    expect(await mint(p)).to.equal(1n); // the first block at `until`
  });

  it("takes 7 days at most (R-GOV-1)", async () => {
    const p = await deployed();
    const next = (await p.fil.epoch()) + 1n;
    const longest = next + 7n * DAY;
    await expect(p.nft.connect(p.guardian).pauseMinting(longest + 1n))
      .to.be.revertedWithCustomError(p.nft, "PauseNotAllowed")
      .withArgs(longest + 1n, longest, 0n);
    const allowed = (await p.fil.epoch()) + 1n + 7n * DAY;
    await p.nft.connect(p.guardian).pauseMinting(allowed);
    expect(await p.nft.mintingPausedUntil()).to.equal(allowed);
  });

  it("is possible once in 30 days, counted from the start of the last pause (R-GOV-1)", async () => {
    const p = await deployed();
    const first = (await p.fil.epoch()) + 1n;
    await p.nft.connect(p.guardian).pauseMinting(first + 10n);
    await p.fil.mineTo(first + 30n * DAY - 2n);
    const again = first + 30n * DAY + 10n;
    await expect(p.nft.connect(p.guardian).pauseMinting(again))
      .to.be.revertedWithCustomError(p.nft, "PauseNotAllowed")
      .withArgs(again, first + 30n * DAY - 1n + 7n * DAY, first + 30n * DAY);
    await p.nft.connect(p.guardian).pauseMinting(again); // the epoch after
    expect(await p.nft.mintingPausedUntil()).to.equal(again);
  });

  it("cannot be made longer while it lasts", async () => {
    const p = await deployed();
    const start = (await p.fil.epoch()) + 1n;
    await p.nft.connect(p.guardian).pauseMinting(start + 10n);
    await expect(p.nft.connect(p.guardian).pauseMinting(start + 20n))
      .to.be.revertedWithCustomError(p.nft, "PauseNotAllowed")
      .withArgs(start + 20n, start + 1n + 7n * DAY, start + 30n * DAY);
  });

  it("ends at once by an epoch that has passed, which does not allow another one", async () => {
    const p = await enrolled();
    const start = (await p.fil.epoch()) + 1n;
    await p.nft.connect(p.guardian).pauseMinting(start + 7n * DAY);
    await p.nft.connect(p.guardian).pauseMinting(0n);
    expect(await mint(p)).to.equal(1n);
    await expect(p.nft.connect(p.guardian).pauseMinting(start + 8n * DAY)).to.be.revertedWithCustomError(
      p.nft,
      "PauseNotAllowed",
    );
  });

  it("stops nothing but mints", async () => {
    const p = await enrolled();
    const id = await mint(p);
    await p.nft.connect(p.guardian).pauseMinting((await p.fil.epoch()) + 7n * DAY);
    const { minerId } = await requestOf(p);
    await p.nft.sync(minerId);
    await p.nft.harvest(minerId);
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.buyer.address, id);
    await p.nft.connect(p.buyer).claim([id], p.buyer.address);
    expect(await p.nft.ownerOf(id)).to.equal(p.buyer.address);
  });
});
