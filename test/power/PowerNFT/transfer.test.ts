import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import { expectIdentities } from "../../support/identity.ts";
import { ethers } from "../../support/network.ts";
import { earn } from "../../support/nft.ts";
import { MINER, type Earning, earning, senderOf } from "../../support/protocol.ts";

/** NFT 1 can be paid about 20 FIL, and about 10 FIL more are earned but not covered. */
async function partlyPaid() {
  const p = await earning();
  await earn(p, MINER, FIL(40));
  await p.nft.harvest(MINER);
  await earn(p, MINER, FIL(20));
  return { ...p, payable: await p.nft.payableOf(p.id), unpaid: await p.nft.unpaidOf(p.id) };
}

const sell = (p: Earning) => p.nft.connect(p.holder).transferFrom(p.holder.address, p.buyer.address, p.id);

describe("A transfer of an NFT (R-LED-6)", () => {
  it("makes what is payable a credit of the seller, and says so", async () => {
    const p = await partlyPaid();
    await expect(sell(p)).to.emit(p.nft, "Credited").withArgs(p.id, p.holder.address, p.payable);
    expect(await p.nft.creditOf(p.holder.address)).to.equal(p.payable);
    expect(await p.nft.payableOf(p.id)).to.equal(0n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("takes what is earned but unpaid along to the buyer", async () => {
    const p = await partlyPaid();
    await sell(p);
    expect(await p.nft.unpaidOf(p.id)).to.equal(p.unpaid);
    await p.nft.harvest(MINER);
    expect(await p.nft.payableOf(p.id)).to.equal(p.unpaid);
    await expect(p.nft.connect(p.buyer).claim([p.id], p.stranger.address)).to.changeEtherBalance(
      ethers,
      p.stranger,
      p.unpaid,
    );
  });

  it("needs no call of anybody: no income is lost by it (R-LED-7)", async () => {
    const p = await partlyPaid();
    const before = await p.nft.earnedOf(p.id);
    await sell(p);
    expect(await p.nft.earnedOf(p.id)).to.equal(before);
    expect(await p.nft.paidOf(p.id)).to.equal(p.payable);
  });

  it("credits nothing where nothing is payable", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await expect(sell(p)).not.to.emit(p.nft, "Credited");
  });

  it("to oneself credits nothing and leaves it payable", async () => {
    const p = await partlyPaid();
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.holder.address, p.id);
    expect(await p.nft.creditOf(p.holder.address)).to.equal(0n);
    expect(await p.nft.payableOf(p.id)).to.equal(p.payable);
  });

  it("by somebody approved credits the seller, not the one who moves it", async () => {
    const p = await partlyPaid();
    await p.nft.connect(p.holder).approve(p.stranger.address, p.id);
    await p.nft.connect(p.stranger).transferFrom(p.holder.address, p.buyer.address, p.id);
    expect(await p.nft.creditOf(p.holder.address)).to.equal(p.payable);
    expect(await p.nft.creditOf(p.stranger.address)).to.equal(0n);
  });

  it("can go to a native multisig, whose masked id has code but no receiver (R-NFT-1)", async () => {
    const p = await partlyPaid();
    const multisig = await p.fil.createMultisig({ signers: [p.owner], threshold: 1n });
    await p.nft.connect(p.holder).transferFrom(p.holder.address, maskedAddress(multisig), p.id);
    expect((await p.nft.ownerOf(p.id)).toLowerCase()).to.equal(maskedAddress(multisig));
  });

  it("is refused to the masked id of an Ethereum account, which could never move it", async () => {
    const p = await partlyPaid();
    const id = await p.fil.registerEvm(p.buyer.address);
    const masked = (await senderOf(id)).address;
    await expect(p.nft.connect(p.holder).transferFrom(p.holder.address, masked, p.id))
      .to.be.revertedWithCustomError(p.nft, "UseEthereumAddress")
      .withArgs(masked, p.buyer.address);
  });

  it("is refused to a stranger", async () => {
    const p = await partlyPaid();
    await expect(p.nft.connect(p.stranger).transferFrom(p.holder.address, p.stranger.address, p.id))
      .to.be.revertedWithCustomError(p.nft, "ERC721InsufficientApproval")
      .withArgs(p.stranger.address, p.id);
  });
});

describe("PowerNFT.claimCredit", () => {
  async function credited() {
    const p = await partlyPaid();
    await sell(p);
    return p;
  }

  it("pays the caller's credit once, and says so", async () => {
    const p = await credited();
    await expect(p.nft.connect(p.holder).claimCredit(p.stranger.address))
      .to.emit(p.nft, "CreditClaimed")
      .withArgs(p.holder.address, p.stranger.address, p.payable);
    expect(await p.nft.creditOf(p.holder.address)).to.equal(0n);
    await expect(p.nft.connect(p.holder).claimCredit(p.stranger.address)).to.changeEtherBalance(ethers, p.stranger, 0n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("pays an actor by its masked id", async () => {
    const p = await credited();
    const account = await p.fil.createAccount({ balance: 0n });
    await p.nft.connect(p.holder).claimCredit(maskedAddress(account));
    expect(await p.fil.balanceOf(account)).to.equal(p.payable);
  });

  it("answers with the sum, nothing for who has none", async () => {
    const p = await credited();
    expect(await p.nft.connect(p.holder).claimCredit.staticCall(p.holder.address)).to.equal(p.payable);
    expect(await p.nft.connect(p.stranger).claimCredit.staticCall(p.stranger.address)).to.equal(0n);
  });

  it("adds up over NFTs and sales", async () => {
    const p = await credited();
    await p.nft.harvest(MINER);
    await p.nft.connect(p.buyer).transferFrom(p.buyer.address, p.holder.address, p.id);
    await earn(p, MINER, FIL(8));
    await p.nft.harvest(MINER);
    await sell(p);
    expect(await p.nft.creditOf(p.buyer.address)).to.equal(p.unpaid);
    expect(await p.nft.creditOf(p.holder.address)).to.be.closeTo(p.payable + FIL(4), 1_000n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("refuses payees that cannot be paid", async () => {
    const p = await credited();
    for (const payee of [ZeroAddress, await p.nft.getAddress()]) {
      await expect(p.nft.connect(p.holder).claimCredit(payee))
        .to.be.revertedWithCustomError(p.nft, "BadPayee")
        .withArgs(payee);
    }
    expect(await p.nft.creditOf(p.holder.address)).to.equal(p.payable);
  });
});
