import { expect } from "chai";

import { bigIntBytes, encodeCbor, idBytes } from "../../filecoin/cbor.ts";
import { FIL } from "../../filecoin/index.ts";
import { CHANGE_BENEFICIARY, GET_BENEFICIARY, interceptActors } from "../../support/answers.ts";
import { changeBeneficiary, changeOwner, proposeReturn, proposeVault } from "../../support/beneficiary.ts";
import { ethers } from "../../support/network.ts";
import { attest, earn, mint } from "../../support/nft.ts";
import { MINER, OWNER, QAP, addMiner, deployed, earning, enrol, enrolled } from "../../support/protocol.ts";

/** An NFT that earned and expired; its miner owes nothing, its holder did not claim. */
async function expired() {
  const p = await earning();
  await earn(p, MINER, FIL(40));
  await p.fil.mineTo(await p.nft.expiryOf(p.id));
  await p.nft.sync(MINER);
  await p.nft.harvest(MINER);
  return p;
}

describe("MinerVault.release", () => {
  it("gives the role back to the owner (R-VLT-6)", async () => {
    const p = await enrolled();
    await proposeReturn(p.fil, MINER, OWNER);
    await expect(p.vault.release()).to.emit(p.vault, "Released").withArgs(MINER, OWNER);
    const own = encodeCbor([[idBytes(OWNER), [bigIntBytes(0n), bigIntBytes(0n), 0n]], null]);
    expect((await p.fil.read(MINER, GET_BENEFICIARY)).ret).to.equal(own);
    expect(await p.vault.isActive()).to.equal(false);
  });

  it("is open to a stranger (R-VLT-4)", async () => {
    const p = await enrolled();
    await proposeReturn(p.fil, MINER, OWNER);
    await p.vault.connect(p.stranger).release();
    expect(await p.vault.isActive()).to.equal(false);
  });

  it("is refused while the vault is not the beneficiary", async () => {
    const p = await deployed();
    await p.fil.createAccount({ id: OWNER });
    const vault = await addMiner(p, { id: MINER, owner: OWNER });
    await expect(vault.release()).to.be.revertedWithCustomError(vault, "NotBeneficiary").withArgs(MINER, OWNER);
  });

  it("is refused while the owner has not proposed it", async () => {
    const p = await enrolled();
    await expect(p.vault.release()).to.be.revertedWithCustomError(p.vault, "NothingProposed").withArgs(MINER);
  });

  it("is refused for a proposal that names somebody else", async () => {
    const p = await enrolled();
    const other = await p.fil.createAccount();
    await changeBeneficiary(p.fil, { miner: MINER, from: OWNER, nominee: other });
    await expect(p.vault.release()).to.be.revertedWithCustomError(p.vault, "NotAReturnToOwner").withArgs(other, OWNER);
  });

  it("is refused for a renewal of the vault's own term", async () => {
    const p = await enrolled();
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    const vaultId = await p.fil.idOf(await p.vault.getAddress());
    await expect(p.vault.release())
      .to.be.revertedWithCustomError(p.vault, "NotAReturnToOwner")
      .withArgs(vaultId, OWNER);
  });

  it("is refused while an NFT is alive, attested or not (R-VLT-6)", async () => {
    const p = await enrolled();
    await mint(p);
    await mint(p, { sectors: [{ start: 50n, count: 1n }] });
    await proposeReturn(p.fil, MINER, OWNER);
    await expect(p.vault.release()).to.be.revertedWithCustomError(p.vault, "LivingNFTs").withArgs(MINER, 2n);
  });

  it("is refused while holders are owed what the miner cannot pay yet (R-VLT-6)", async () => {
    const p = await earning();
    const { expiry } = await p.nft.powerOf(p.id);
    await p.fil.mineTo(expiry - 1_000n);
    await p.nft.sync(MINER);
    await p.fil.award(MINER, FIL(40_000)); // three quarters vest over 180 days, half is holders'
    await p.nft.sync(MINER);
    await p.fil.mineTo(expiry);
    await proposeReturn(p.fil, MINER, OWNER);
    await expect(p.vault.release()).to.be.revertedWithCustomError(p.vault, "StillOwed");
  });

  it("is refused while the chain refuses the last withdrawal", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.fil.mineTo(await p.nft.expiryOf(p.id));
    await p.fil.setEarlyTerminations(MINER, true);
    await proposeReturn(p.fil, MINER, OWNER);
    const { owed } = await p.nft.minerAccount(MINER);
    await expect(p.vault.release()).to.be.revertedWithCustomError(p.vault, "StillOwed").withArgs(MINER, owed);
  });

  it("measures and harvests what holders are owed before it lets go", async () => {
    const p = await earning();
    const { expiry } = await p.nft.powerOf(p.id);
    await p.fil.mineTo(expiry - 1_000n);
    await p.nft.sync(MINER);
    await p.fil.award(MINER, FIL(40), { epoch: expiry - 999n });
    await p.fil.mineTo(expiry);
    await proposeReturn(p.fil, MINER, OWNER);
    await p.vault.release();
    const { earned, covered } = await p.nft.minerAccount(MINER);
    expect(earned).to.be.greaterThan(FIL(19));
    expect(covered).to.equal(earned);
  });

  it("leaves what is payable or credited to be claimed (R-VLT-6)", async () => {
    const p = await expired();
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.buyer.address, p.id);
    await proposeReturn(p.fil, MINER, OWNER);
    await p.vault.release();
    const credit = await p.nft.creditOf(p.holder.address);
    expect(credit).to.be.greaterThan(FIL(19));
    await expect(p.nft.connect(p.holder).claimCredit(p.stranger.address)).to.changeEtherBalance(
      ethers,
      p.stranger,
      credit,
    );
  });

  it("needs the proposal again after a change of owner, which deletes it", async () => {
    const p = await enrolled();
    const next = await p.fil.createAccount();
    await proposeReturn(p.fil, MINER, OWNER);
    await changeOwner(p.fil, MINER, OWNER, next);
    await expect(p.vault.release()).to.be.revertedWithCustomError(p.vault, "NothingProposed").withArgs(MINER);
    await proposeReturn(p.fil, MINER, next);
    await expect(p.vault.release()).to.emit(p.vault, "Released").withArgs(MINER, next);
  });

  it("is refused when the chain still names the vault afterwards", async () => {
    const p = await enrolled();
    await proposeReturn(p.fil, MINER, OWNER);
    const actors = await interceptActors();
    await actors.give(MINER, CHANGE_BENEFICIARY, 0n, "0x");
    const vaultId = await p.fil.idOf(await p.vault.getAddress());
    await expect(p.vault.release()).to.be.revertedWithCustomError(p.vault, "NotBeneficiary").withArgs(MINER, vaultId);
  });
});

describe("A vault that was released", () => {
  it("can be activated again, and its old NFTs keep what they earned (R-VLT-6)", async () => {
    const p = await expired();
    await proposeReturn(p.fil, MINER, OWNER);
    await p.vault.release();
    await p.fil.award(MINER, FIL(100)); // while the owner is the beneficiary: nobody else's
    await enrol(p, MINER, OWNER, p.vault);
    const old = await p.nft.earnedOf(p.id);
    const later = await mint(p, { sectors: [{ start: 50n, count: 50n }], nominalPower: QAP / 4n });
    await attest(p, later, QAP / 4n);
    expect(await p.nft.earnedOf(later)).to.equal(0n);
    await earn(p, MINER, FIL(8));
    expect(await p.nft.earnedOf(later)).to.be.closeTo(FIL(2), 1_000n);
    expect(await p.nft.earnedOf(p.id)).to.equal(old);
    expect(await p.nft.payableOf(p.id)).to.equal(old);
  });

  it("cannot mint until then", async () => {
    const p = await enrolled();
    await proposeReturn(p.fil, MINER, OWNER);
    await p.vault.release();
    await expect(mint(p)).to.be.revertedWithCustomError(p.nft, "VaultNotActive").withArgs(MINER);
  });
});
