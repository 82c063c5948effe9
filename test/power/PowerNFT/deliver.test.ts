import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL } from "../../filecoin/index.ts";
import { expectIdentities } from "../../support/identity.ts";
import { earn } from "../../support/nft.ts";
import { MINER, type Earning, earning } from "../../support/protocol.ts";

/** NFT 1 can be paid something, and `stranger` may move it by name. */
async function approved() {
  const p = await earning();
  await earn(p, MINER, FIL(40));
  await p.nft.harvest(MINER);
  await p.nft.connect(p.holder).approve(p.stranger.address, p.id);
  return p;
}

const deliver = (p: Earning) => p.nft.connect(p.stranger).deliver(p.holder.address, p.buyer.address, p.id);

describe("PowerNFT.deliver (R-MKT)", () => {
  it("moves an NFT as a transfer does: what is payable becomes a credit, and the approval ends", async () => {
    const p = await approved();
    const payable = await p.nft.payableOf(p.id);
    await expect(deliver(p)).to.emit(p.nft, "Credited").withArgs(p.id, p.holder.address, payable);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.buyer.address);
    expect(await p.nft.getApproved(p.id)).to.equal(ZeroAddress);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("says what was moved, and who gets the royalty", async () => {
    const p = await approved();
    const delivery = await p.nft.connect(p.stranger).deliver.staticCall(p.holder.address, p.buyer.address, p.id);
    const [receiver] = await p.nft.royaltyInfo(p.id, FIL(1));
    expect(delivery).to.deep.equal([true, receiver, await p.nft.powerOf(p.id)]);
  });

  it("does nothing, and says so, for who may move all NFTs of the holder but not this one by name", async () => {
    const p = await earning();
    await p.nft.connect(p.holder).setApprovalForAll(p.stranger.address, true);
    const args = [p.holder.address, p.buyer.address, p.id] as const;
    expect((await p.nft.connect(p.stranger).deliver.staticCall(...args)).moved).to.equal(false);
    await deliver(p);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.holder.address);
  });

  it("does nothing for the holder itself, and for an NFT that does not exist", async () => {
    const p = await earning();
    const args = [p.holder.address, p.buyer.address] as const;
    expect((await p.nft.connect(p.holder).deliver.staticCall(...args, p.id)).moved).to.equal(false);
    expect((await p.nft.connect(p.stranger).deliver.staticCall(...args, 99n)).moved).to.equal(false);
  });

  it("refuses to move it from somebody else than its holder", async () => {
    const p = await approved();
    await expect(p.nft.connect(p.stranger).deliver(p.buyer.address, p.buyer.address, p.id))
      .to.be.revertedWithCustomError(p.nft, "ERC721IncorrectOwner")
      .withArgs(p.buyer.address, p.id, p.holder.address);
  });

  it("has one NFT only of each id: what is beyond 63 bits is no other name of a smaller one", async () => {
    const p = await approved();
    for (const bit of [63n, 64n, 255n]) {
      const id = p.id | (1n << bit);
      await expect(p.nft.ownerOf(id)).to.be.revertedWithCustomError(p.nft, "ERC721NonexistentToken").withArgs(id);
      await expect(p.nft.powerOf(id)).to.be.revertedWithCustomError(p.nft, "UnknownNFT").withArgs(id);
      const args = [p.holder.address, p.buyer.address, id] as const;
      expect((await p.nft.connect(p.stranger).deliver.staticCall(...args)).moved).to.equal(false);
    }
  });
});
