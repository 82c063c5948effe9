import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import { changeOwner } from "../../support/beneficiary.ts";
import { mint } from "../../support/nft.ts";
import { ethers } from "../../support/network.ts";
import { MINER, OWNER, enrolled, senderOf } from "../../support/protocol.ts";

describe("MinerVault.setOperator", () => {
  it("lets an f3 owner name an operator from its masked id (R-VLT-3)", async () => {
    const p = await enrolled();
    await expect(p.vault.connect(p.provider).setOperator(p.holder.address))
      .to.emit(p.vault, "OperatorSet")
      .withArgs(MINER, OWNER, p.holder.address);
    expect(await p.vault.operator()).to.equal(p.holder.address);
  });

  it("lets an owner with an Ethereum address name one", async () => {
    const p = await enrolled();
    const id = await p.fil.registerEvm(p.buyer.address);
    await changeOwner(p.fil, MINER, OWNER, id, p.buyer.address);
    await p.vault.connect(p.buyer).setOperator(p.holder.address);
    expect(await p.vault.operator()).to.equal(p.holder.address);
  });

  it("lets the operator mint and withdraw for the owner", async () => {
    const p = await enrolled();
    await p.vault.connect(p.provider).setOperator(p.buyer.address);
    expect(await mint(p, {}, p.buyer)).to.equal(1n);
    await expect(p.vault.connect(p.buyer).withdrawToOwner(FIL(3))).to.changeEtherBalance(
      ethers,
      maskedAddress(OWNER),
      FIL(3),
    );
  });

  it("does not let the operator name another one", async () => {
    const p = await enrolled();
    await p.vault.connect(p.provider).setOperator(p.buyer.address);
    await expect(p.vault.connect(p.buyer).setOperator(p.stranger.address))
      .to.be.revertedWithCustomError(p.vault, "NotOwner")
      .withArgs(OWNER, p.buyer.address);
  });

  it("ends an operator by the zero address", async () => {
    const p = await enrolled();
    await p.vault.connect(p.provider).setOperator(p.buyer.address);
    await p.vault.connect(p.provider).setOperator(ZeroAddress);
    expect(await p.vault.operator()).to.equal(ZeroAddress);
    await expect(p.vault.connect(p.buyer).withdrawToOwner(1n))
      .to.be.revertedWithCustomError(p.vault, "NotOwnerOrOperator")
      .withArgs(OWNER, p.buyer.address);
  });

  it("drops the operator when the owner changes (R-VLT-3)", async () => {
    const p = await enrolled();
    await p.vault.connect(p.provider).setOperator(p.buyer.address);
    const next = await p.fil.createAccount();
    await changeOwner(p.fil, MINER, OWNER, next);
    expect(await p.vault.operator()).to.equal(ZeroAddress);
    await expect(p.vault.connect(p.buyer).withdrawToOwner(1n))
      .to.be.revertedWithCustomError(p.vault, "NotOwnerOrOperator")
      .withArgs(next, p.buyer.address);
    await expect(mint(p, {}, p.buyer))
      .to.be.revertedWithCustomError(p.nft, "NotStorageProvider")
      .withArgs(MINER, p.buyer.address);
  });

  it("follows the owner whom the chain names now (R-VLT-3)", async () => {
    const p = await enrolled();
    const next = await p.fil.createAccount();
    await changeOwner(p.fil, MINER, OWNER, next);
    await p.vault.connect(await senderOf(next)).setOperator(p.holder.address);
    expect(await p.vault.operator()).to.equal(p.holder.address);
    await expect(p.vault.connect(p.provider).setOperator(p.buyer.address))
      .to.be.revertedWithCustomError(p.vault, "NotOwner")
      .withArgs(next, p.provider.address);
  });

  it("takes a native actor by its masked id", async () => {
    const p = await enrolled();
    const account = await p.fil.createAccount();
    const { address } = await senderOf(account);
    await p.vault.connect(p.provider).setOperator(address);
    expect(await p.vault.operator()).to.equal(address);
  });

  it("refuses the masked id of an Ethereum account, which never calls under it", async () => {
    const p = await enrolled();
    const masked = (await senderOf(await p.fil.registerEvm(p.buyer.address))).address;
    await expect(p.vault.connect(p.provider).setOperator(masked))
      .to.be.revertedWithCustomError(p.vault, "UseEthereumAddress")
      .withArgs(masked, p.buyer.address);
  });

  it("is refused to a stranger", async () => {
    const p = await enrolled();
    await expect(p.vault.connect(p.stranger).setOperator(p.stranger.address))
      .to.be.revertedWithCustomError(p.vault, "NotOwner")
      .withArgs(OWNER, p.stranger.address);
  });

  it("is refused to an address that the chain has never seen", async () => {
    const p = await enrolled();
    const nobody = "0x00000000000000000000000000000000000b0d11";
    const data = p.vault.interface.encodeFunctionData("setOperator", [nobody]);
    const call = ethers.provider.call({ from: nobody, to: await p.vault.getAddress(), data });
    await expect(call).to.be.revertedWithCustomError(p.vault, "NotOwner").withArgs(OWNER, nobody);
  });
});
