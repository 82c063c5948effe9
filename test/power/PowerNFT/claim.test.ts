import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import { expectIdentities } from "../../support/identity.ts";
import { ethers } from "../../support/network.ts";
import { attest, earn, mint } from "../../support/nft.ts";
import {
  MINER,
  OWNER,
  QAP,
  SECTOR_SIZE,
  addMiner,
  earning,
  enrol,
  enrolled,
  senderOf,
} from "../../support/protocol.ts";

/** NFT 1 can be paid about 20 FIL. */
async function payable() {
  const p = await earning();
  await earn(p, MINER, FIL(40));
  await p.nft.harvest(MINER);
  return { ...p, amount: await p.nft.payableOf(p.id) };
}

describe("PowerNFT.claim", () => {
  it("pays what is payable, and says so (R-NFT-4)", async () => {
    const p = await payable();
    await expect(p.nft.connect(p.holder).claim([p.id], p.buyer.address))
      .to.emit(p.nft, "Claimed")
      .withArgs(p.id, p.holder.address, p.buyer.address, p.amount);
    expect(await p.nft.payableOf(p.id)).to.equal(0n);
    expect(await p.nft.paidOf(p.id)).to.equal(p.amount);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("answers with the sum", async () => {
    const p = await payable();
    expect(await p.nft.connect(p.holder).claim.staticCall([p.id], p.holder.address)).to.equal(p.amount);
  });

  it("takes the sum off the liabilities", async () => {
    const p = await payable();
    const before = (await p.nft.solvency(MINER)).liabilities;
    await p.nft.connect(p.holder).claim([p.id], p.buyer.address);
    expect(before - (await p.nft.solvency(MINER)).liabilities).to.equal(p.amount);
  });

  it("pays NFTs of many miners in one call (R-NFT-4)", async () => {
    const p = await payable();
    const ids = [p.id];
    let sum = p.amount;
    for (const miner of [1_001n, 1_002n]) {
      await enrol(p, miner, OWNER, await addMiner(p, { id: miner, owner: OWNER }));
      const id = await mint(p, { minerId: miner, nominalPower: QAP / 4n });
      await attest(p, id, QAP / 4n);
      await earn(p, miner, FIL(8));
      await p.nft.harvest(miner);
      sum += await p.nft.payableOf(id);
      ids.push(id);
    }
    expect(sum).to.be.closeTo(FIL(24), 1_000n);
    await expect(p.nft.connect(p.holder).claim(ids, p.buyer.address)).to.changeEtherBalance(ethers, p.buyer, sum);
    for (const miner of [MINER, 1_001n, 1_002n]) await expectIdentities(p, miner, []);
  });

  it("pays an id that is named twice once", async () => {
    const p = await payable();
    await expect(p.nft.connect(p.holder).claim([p.id, p.id], p.buyer.address)).to.changeEtherBalance(
      ethers,
      p.buyer,
      p.amount,
    );
  });

  it("pays nothing, and does not mind, when nothing is payable", async () => {
    const p = await earning();
    await expect(p.nft.connect(p.holder).claim([p.id], p.buyer.address)).not.to.emit(p.nft, "Claimed");
    expect(await p.nft.connect(p.holder).claim.staticCall([p.id], p.buyer.address)).to.equal(0n);
  });

  it("pays nothing for no NFT at all", async () => {
    const p = await payable();
    expect(await p.nft.connect(p.stranger).claim.staticCall([], p.stranger.address)).to.equal(0n);
  });

  it("pays a second time only what came since", async () => {
    const p = await payable();
    await p.nft.connect(p.holder).claim([p.id], p.holder.address);
    await earn(p, MINER, FIL(8));
    await p.nft.harvest(MINER);
    const more = await p.nft.payableOf(p.id);
    expect(more).to.be.closeTo(FIL(4), 1_000n);
    await expect(p.nft.connect(p.holder).claim([p.id], p.buyer.address)).to.changeEtherBalance(ethers, p.buyer, more);
  });

  it("works for somebody whom the holder approved", async () => {
    const p = await payable();
    await p.nft.connect(p.holder).approve(p.stranger.address, p.id);
    await expect(p.nft.connect(p.stranger).claim([p.id], p.buyer.address))
      .to.emit(p.nft, "Claimed")
      .withArgs(p.id, p.holder.address, p.buyer.address, p.amount);
  });

  it("is refused to anybody else", async () => {
    const p = await payable();
    await expect(p.nft.connect(p.stranger).claim([p.id], p.stranger.address))
      .to.be.revertedWithCustomError(p.nft, "ERC721InsufficientApproval")
      .withArgs(p.stranger.address, p.id);
  });

  it("is refused for an id that does not exist", async () => {
    const p = await payable();
    await expect(p.nft.connect(p.holder).claim([p.id, 99n], p.holder.address))
      .to.be.revertedWithCustomError(p.nft, "ERC721NonexistentToken")
      .withArgs(99n);
  });
});

describe("A payee (R-NFT-4)", () => {
  it("may be an account with an Ethereum address", async () => {
    const p = await payable();
    await expect(p.nft.connect(p.holder).claim([p.id], p.buyer.address)).to.changeEtherBalance(
      ethers,
      p.buyer,
      p.amount,
    );
  });

  it("may be a contract that refuses plain calls: none of its code runs", async () => {
    const p = await payable();
    const wallet = "0x00000000000000000000000000000000005afe02";
    await p.fil.provider.request({ method: "hardhat_setCode", params: [wallet, "0x60006000fd"] });
    await p.nft.connect(p.holder).claim([p.id], wallet);
    expect(await p.fil.balanceOf(wallet)).to.equal(p.amount);
  });

  it("may be an f1 or f3 account by its masked id", async () => {
    const p = await payable();
    const account = await p.fil.createAccount({ balance: 0n });
    await p.nft.connect(p.holder).claim([p.id], maskedAddress(account));
    expect(await p.fil.balanceOf(account)).to.equal(p.amount);
  });

  it("may be a native multisig by its masked id", async () => {
    const p = await payable();
    const multisig = await p.fil.createMultisig({ signers: [OWNER], threshold: 1n });
    await p.nft.connect(p.holder).claim([p.id], maskedAddress(multisig));
    expect(await p.fil.balanceOf(multisig)).to.equal(p.amount);
  });

  it("may be an address that the chain has never seen", async () => {
    const p = await payable();
    const fresh = "0x1234567890123456789012345678901234567890";
    await p.nft.connect(p.holder).claim([p.id], fresh);
    expect(await p.fil.balanceOf(fresh)).to.equal(p.amount);
  });

  it("may not be an actor that does not exist", async () => {
    const p = await payable();
    const nobody = maskedAddress(999_999n);
    await expect(p.nft.connect(p.holder).claim([p.id], nobody))
      .to.be.revertedWithCustomError(p.nft, "SendFailed")
      .withArgs((await ethers.getImpersonatedSigner(nobody)).address, p.amount, -6n);
    expect(await p.nft.payableOf(p.id)).to.equal(p.amount);
  });

  it("may not be nobody", async () => {
    const p = await payable();
    await expect(p.nft.connect(p.holder).claim([p.id], ZeroAddress))
      .to.be.revertedWithCustomError(p.nft, "BadPayee")
      .withArgs(ZeroAddress);
  });

  it("may be an Ethereum account by its masked id: it is the same actor", async () => {
    const p = await payable();
    const account = "0x1234567890123456789012345678901234567890";
    await p.nft.connect(p.holder).claim([p.id], maskedAddress(await p.fil.registerEvm(account)));
    expect(await p.fil.balanceOf(account)).to.equal(p.amount);
  });

  it("may not be PowerNFT itself by its masked id", async () => {
    const p = await payable();
    const id = (await p.fil.idOf(await p.nft.getAddress())) ?? 0n;
    const masked = (await senderOf(id)).address;
    await expect(p.nft.connect(p.holder).claim([p.id], masked))
      .to.be.revertedWithCustomError(p.nft, "BadPayee")
      .withArgs(masked);
  });

  it("may not be PowerNFT itself", async () => {
    const p = await payable();
    const self = await p.nft.getAddress();
    await expect(p.nft.connect(p.holder).claim([p.id], self))
      .to.be.revertedWithCustomError(p.nft, "BadPayee")
      .withArgs(self);
  });
});

describe("A holder that is an actor without an Ethereum address", () => {
  it("claims from its masked id to itself", async () => {
    const p = await enrolled();
    const account = await p.fil.createAccount();
    const id = await mint(p, { nominalPower: 10n * SECTOR_SIZE, to: maskedAddress(account) });
    await attest(p, id, 10n * SECTOR_SIZE);
    await earn(p, MINER, FIL(10));
    await p.nft.harvest(MINER);
    const amount = await p.nft.payableOf(id);
    const fresh = await p.fil.createAccount({ balance: 0n });
    await p.nft.connect(await ethers.getImpersonatedSigner(maskedAddress(account))).claim([id], maskedAddress(fresh));
    expect(await p.fil.balanceOf(fresh)).to.equal(amount);
  });
});
