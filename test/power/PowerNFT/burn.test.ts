import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { expectIdentities } from "../../support/identity.ts";
import { attest, earn, mint } from "../../support/nft.ts";
import { MINER, SECTOR_SIZE, earning, enrolled } from "../../support/protocol.ts";

/** NFT 1 has expired and a sync has passed the date; it is covered in full. */
async function over() {
  const p = await earning();
  await earn(p, MINER, FIL(40));
  await p.nft.harvest(MINER);
  await p.fil.mineTo(await p.nft.expiryOf(p.id));
  await p.nft.sync(MINER);
  return p;
}

describe("PowerNFT.burn", () => {
  it("ends an expired NFT, frees its sectors and credits what is payable (R-LED-5)", async () => {
    const p = await over();
    const payable = await p.nft.payableOf(p.id);
    await expect(p.nft.connect(p.holder).burn(p.id))
      .to.emit(p.nft, "Burned")
      .withArgs(p.id, MINER)
      .and.to.emit(p.nft, "Credited")
      .withArgs(p.id, p.holder.address, payable);
    expect(await p.nft.creditOf(p.holder.address)).to.equal(payable);
    expect(await p.nft.isCommitted(MINER, 0n)).to.equal(false);
    expect(await p.nft.isCommitted(MINER, 49n)).to.equal(false);
    await expectIdentities(p, MINER, []);
  });

  it("leaves no trace of the NFT", async () => {
    const p = await over();
    await p.nft.connect(p.holder).burn(p.id);
    await expect(p.nft.powerOf(p.id)).to.be.revertedWithCustomError(p.nft, "UnknownNFT").withArgs(p.id);
    await expect(p.nft.ownerOf(p.id)).to.be.revertedWithCustomError(p.nft, "ERC721NonexistentToken");
    expect(await p.nft.balanceOf(p.holder.address)).to.equal(0n);
  });

  it("works for somebody whom the holder approved", async () => {
    const p = await over();
    await p.nft.connect(p.holder).setApprovalForAll(p.stranger.address, true);
    await p.nft.connect(p.stranger).burn(p.id);
    expect(await p.nft.creditOf(p.holder.address)).to.be.greaterThan(FIL(19));
  });

  it("is refused to anybody else", async () => {
    const p = await over();
    await expect(p.nft.connect(p.stranger).burn(p.id))
      .to.be.revertedWithCustomError(p.nft, "ERC721InsufficientApproval")
      .withArgs(p.stranger.address, p.id);
  });

  it("is refused while an attested NFT has not expired", async () => {
    const p = await earning();
    const expiry = await p.nft.expiryOf(p.id);
    await expect(p.nft.connect(p.holder).burn(p.id))
      .to.be.revertedWithCustomError(p.nft, "NotBurnable")
      .withArgs(p.id, expiry, 0n);
  });

  it("is refused after the expiry until a sync has passed the date", async () => {
    const p = await earning();
    const expiry = await p.nft.expiryOf(p.id);
    await p.fil.mineTo(expiry);
    await expect(p.nft.connect(p.holder).burn(p.id))
      .to.be.revertedWithCustomError(p.nft, "NotBurnable")
      .withArgs(p.id, expiry, 0n);
    await p.nft.sync(MINER);
    await p.nft.connect(p.holder).burn(p.id);
    expect(await p.nft.balanceOf(p.holder.address)).to.equal(0n);
  });

  it("is refused while income is unpaid", async () => {
    const p = await earning();
    const owed = await earn(p, MINER, FIL(40));
    const expiry = await p.nft.expiryOf(p.id);
    await p.fil.mineTo(expiry);
    await p.nft.sync(MINER);
    await expect(p.nft.connect(p.holder).burn(p.id))
      .to.be.revertedWithCustomError(p.nft, "NotBurnable")
      .withArgs(p.id, expiry, (unpaid: bigint) => owed - unpaid <= 1n);
  });

  it("ends an NFT that was never attested at any time, and takes it off the living", async () => {
    const p = await enrolled();
    const id = await mint(p);
    await p.nft.connect(p.holder).burn(id);
    expect((await p.nft.minerAccount(MINER)).living).to.equal(0n);
    expect(await p.nft.isCommitted(MINER, 0n)).to.equal(false);
    expect(await mint(p)).to.equal(2n);
  });

  it("counts an NFT that was never attested off once, also after its expiry", async () => {
    const p = await enrolled();
    const id = await mint(p);
    const other = await mint(p, { sectors: [{ start: 50n, count: 1n }], expiry: (await p.nft.expiryOf(id)) + 86_400n });
    await p.fil.mineTo(await p.nft.expiryOf(id));
    await p.nft.sync(MINER);
    await p.nft.connect(p.holder).burn(id);
    expect((await p.nft.minerAccount(MINER)).living).to.equal(1n);
    await p.nft.connect(p.holder).burn(other);
    expect((await p.nft.minerAccount(MINER)).living).to.equal(0n);
  });

  it("leaves the expiry date whole for the NFTs that remain", async () => {
    const p = await enrolled();
    const id = await mint(p);
    const stays = await mint(p, { sectors: [{ start: 50n, count: 1n }], nominalPower: SECTOR_SIZE });
    await attest(p, stays, SECTOR_SIZE);
    await p.nft.connect(p.holder).burn(id);
    await p.fil.mineTo(await p.nft.expiryOf(stays));
    await p.nft.sync(MINER);
    const { living, weight } = await p.nft.minerAccount(MINER);
    expect([living, weight]).to.deep.equal([0n, 0n]);
  });

  it("is refused for an id that does not exist", async () => {
    const p = await enrolled();
    await expect(p.nft.burn(7n)).to.be.revertedWithCustomError(p.nft, "ERC721NonexistentToken").withArgs(7n);
  });
});

describe("PowerNFT.freeSectors", () => {
  it("lets anybody free the sectors of an expired NFT for new ones (R-NFT-2)", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.fil.mineTo(await p.nft.expiryOf(p.id));
    await expect(p.nft.connect(p.stranger).freeSectors([p.id]))
      .to.emit(p.nft, "SectorsFreed")
      .withArgs(p.id, MINER);
    expect(await p.nft.isCommitted(MINER, 0n)).to.equal(false);
    expect(await mint(p)).to.equal(2n);
  });

  it("frees them once: a new NFT's sectors stay its own", async () => {
    const p = await over();
    await p.nft.freeSectors([p.id]);
    await mint(p);
    await expect(p.nft.freeSectors([p.id])).not.to.emit(p.nft, "SectorsFreed");
    expect(await p.nft.isCommitted(MINER, 5n)).to.equal(true);
    await p.nft.connect(p.holder).burn(p.id);
    expect(await p.nft.isCommitted(MINER, 5n)).to.equal(true);
    expect(await p.nft.isCommitted(MINER, 20n)).to.equal(false);
  });

  it("leaves sectors beside them committed", async () => {
    const p = await enrolled();
    const id = await mint(p, { sectors: [{ start: 250n, count: 10n }] });
    await mint(p, { sectors: [{ start: 260n, count: 3n }], expiry: (await p.nft.expiryOf(id)) + 86_400n });
    await p.fil.mineTo(await p.nft.expiryOf(id));
    await p.nft.freeSectors([id]);
    const committed = await Promise.all([250n, 259n, 260n, 262n].map((n) => p.nft.isCommitted(MINER, n)));
    expect(committed).to.deep.equal([false, false, true, true]);
  });

  it("is refused before the expiry", async () => {
    const p = await earning();
    const expiry = await p.nft.expiryOf(p.id);
    await p.fil.mineTo(expiry - 2n);
    await expect(p.nft.freeSectors([p.id]))
      .to.be.revertedWithCustomError(p.nft, "NotExpired")
      .withArgs(p.id, expiry);
  });

  it("is refused for an id that does not exist", async () => {
    const p = await enrolled();
    await expect(p.nft.freeSectors([7n]))
      .to.be.revertedWithCustomError(p.nft, "UnknownNFT")
      .withArgs(7n);
  });
});
