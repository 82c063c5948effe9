import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { changeOwner, proposeOwner, proposeReturn, withdrawBalance } from "../../support/beneficiary.ts";
import { ethers } from "../../support/network.ts";
import { MINER, OWNER, type Enrolled, earning, enrolled, senderOf } from "../../support/protocol.ts";
import { invocation, ownerChange, sendAsMultisig } from "../../support/multisig.ts";

/** Rounding of one reward in the vesting table, attoFIL. */
const DUST = 1_000n;

/** What the miner could pay out now, attoFIL. */
const available = async (p: Enrolled) => (await p.fil.ledgerOf(MINER)).available;

/** An operator acts, so that the owner's balance shows what it was paid and no gas. */
async function withOperator<T extends Enrolled>(p: T): Promise<T> {
  await p.vault.connect(p.provider).setOperator(p.buyer.address);
  return p;
}

describe("MinerVault.withdrawToOwner", () => {
  it("pays an f3 owner from the miner (R-VLT-5)", async () => {
    const p = await withOperator(await enrolled());
    const before = await p.fil.balanceOf(OWNER);
    await expect(p.vault.connect(p.buyer).withdrawToOwner(FIL(100)))
      .to.emit(p.vault, "OwnerPaid")
      .withArgs(MINER, OWNER, FIL(100));
    expect((await p.fil.balanceOf(OWNER)) - before).to.equal(FIL(100));
    expect(await p.fil.balanceOf(await p.vault.getAddress())).to.equal(0n);
  });

  it("pays everything that is available to the last attoFIL", async () => {
    const p = await withOperator(await enrolled());
    await p.fil.award(MINER, FIL(8));
    const all = await available(p);
    expect(all).to.equal(FIL(902));
    const before = await p.fil.balanceOf(OWNER);
    await p.vault.connect(p.buyer).withdrawToOwner(all);
    expect((await p.fil.balanceOf(OWNER)) - before).to.equal(all);
  });

  it("pays all of an amount or nothing", async () => {
    const p = await enrolled();
    const wanted = (await available(p)) + 1n;
    await expect(p.vault.connect(p.provider).withdrawToOwner(wanted))
      .to.be.revertedWithCustomError(p.vault, "InsufficientAvailable")
      .withArgs(wanted, wanted - 1n);
  });

  it("pays the vault's own cash first", async () => {
    const p = await withOperator(await enrolled());
    const vault = await p.vault.getAddress();
    await p.fil.native({ from: OWNER, to: vault, value: FIL(7) }); // no code runs (R-VLT-7)
    const inMiner = await available(p);
    await p.vault.connect(p.buyer).withdrawToOwner(FIL(5));
    expect(await p.fil.balanceOf(vault)).to.equal(FIL(2));
    expect(await available(p)).to.equal(inMiner);
  });

  it("pays out what the owner's own WithdrawBalance brought into the vault (R-VLT-5)", async () => {
    const p = await withOperator(await enrolled());
    const before = await p.fil.balanceOf(OWNER);
    await withdrawBalance(p.fil, MINER, OWNER, FIL(50));
    expect(await p.fil.balanceOf(await p.vault.getAddress())).to.equal(FIL(50));
    expect(await p.fil.balanceOf(OWNER)).to.equal(before);
    await p.vault.connect(p.buyer).withdrawToOwner(FIL(60));
    expect((await p.fil.balanceOf(OWNER)) - before).to.equal(FIL(60));
  });

  it("harvests first, so that holders come before the owner (R-VLT-5)", async () => {
    const p = await withOperator(await earning());
    await p.fil.award(MINER, FIL(40));
    const all = await available(p);
    await p.vault.connect(p.buyer).withdrawToOwner(all - FIL(20) - DUST);
    const { owed, covered } = await p.nft.minerAccount(MINER);
    expect(owed).to.equal(0n);
    expect(covered).to.be.closeTo(FIL(20), DUST);
    expect(await p.nft.payableOf(p.id)).to.be.closeTo(FIL(20), DUST);
  });

  it("pays nothing of what holders are owed", async () => {
    const p = await earning();
    await p.fil.award(MINER, FIL(40));
    const wanted = await available(p);
    await expect(p.vault.connect(p.provider).withdrawToOwner(wanted)).to.be.revertedWithCustomError(
      p.vault,
      "InsufficientAvailable",
    );
  });

  it("is refused while the miner cannot pay what is owed (R-VLT-5)", async () => {
    const p = await earning();
    await p.fil.award(MINER, FIL(4_000)); // 3,000 of them vest, 2,000 are holders'
    await p.nft.sync(MINER);
    const { owed } = await p.nft.minerAccount(MINER);
    const left = owed - (await available(p));
    await expect(p.vault.connect(p.provider).withdrawToOwner(1n))
      .to.be.revertedWithCustomError(p.vault, "StillOwed")
      .withArgs(MINER, (reported: bigint) => reported >= left - FIL(20) && reported <= left);
  });

  for (const [what, exitCode] of [
    ["terminations are pending", 18n],
    ["there is fee debt", 19n],
  ] as const) {
    it(`says exit ${exitCode} when the chain refuses because ${what}`, async () => {
      const p = await enrolled();
      if (exitCode === 18n) await p.fil.setEarlyTerminations(MINER, true);
      else await p.fil.addFeeDebt(MINER, FIL(1_000_000));
      await expect(p.vault.connect(p.provider).withdrawToOwner(1n))
        .to.be.revertedWithCustomError(p.vault, "WithdrawalFailed")
        .withArgs(MINER, exitCode);
    });
  }

  it("is refused to a stranger", async () => {
    const p = await enrolled();
    await expect(p.vault.connect(p.stranger).withdrawToOwner(1n))
      .to.be.revertedWithCustomError(p.vault, "NotOwnerOrOperator")
      .withArgs(OWNER, p.stranger.address);
  });

  it("pays the owner whom the chain names now (R-VLT-3)", async () => {
    const p = await enrolled();
    const next = await p.fil.createAccount({ balance: FIL(1) });
    await changeOwner(p.fil, MINER, OWNER, next);
    await expect(p.vault.connect(p.provider).withdrawToOwner(1n))
      .to.be.revertedWithCustomError(p.vault, "NotOwnerOrOperator")
      .withArgs(next, p.provider.address);
    await p.vault.connect(await senderOf(next)).setOperator(p.buyer.address);
    const before = await p.fil.balanceOf(next);
    await p.vault.connect(p.buyer).withdrawToOwner(FIL(9));
    expect((await p.fil.balanceOf(next)) - before).to.equal(FIL(9));
  });

  it("pays an f2 multisig that calls from its masked id (R-VLT-3)", async () => {
    const p = await enrolled();
    const other = await p.fil.createAccount();
    const multisig = await p.fil.createMultisig({ signers: [OWNER, other], threshold: 2n });
    await proposeOwner(p.fil, MINER, OWNER, multisig);
    await sendAsMultisig(p.fil, multisig, [OWNER, other], ownerChange(MINER, multisig));
    const data = p.vault.interface.encodeFunctionData("withdrawToOwner", [FIL(11)]);
    await sendAsMultisig(p.fil, multisig, [OWNER, other], invocation(await p.vault.getAddress(), data));
    expect(await p.fil.balanceOf(multisig)).to.equal(FIL(11));
  });

  it("pays an owner that is a contract without running its code", async () => {
    const p = await enrolled();
    const wallet = "0x00000000000000000000000000000000005afe01";
    await p.fil.provider.request({ method: "hardhat_setCode", params: [wallet, "0x60006000fd"] }); // refuses every call
    await p.fil.setBalance(wallet, FIL(1));
    const id = await p.fil.registerEvm(wallet);
    await changeOwner(p.fil, MINER, OWNER, id, wallet);
    const safe = await ethers.getImpersonatedSigner(wallet);
    await p.vault.connect(safe).setOperator(p.buyer.address);
    const before = await p.fil.balanceOf(wallet);
    await p.vault.connect(p.buyer).withdrawToOwner(FIL(4));
    expect((await p.fil.balanceOf(wallet)) - before).to.equal(FIL(4));
  });

  it("pays the vault's cash after a release, when the chain pays the owner itself again", async () => {
    const p = await withOperator(await enrolled());
    await withdrawBalance(p.fil, MINER, OWNER, FIL(6));
    await proposeReturn(p.fil, MINER, OWNER);
    await p.vault.release();
    const before = await p.fil.balanceOf(OWNER);
    await p.vault.connect(p.buyer).withdrawToOwner(FIL(6));
    expect((await p.fil.balanceOf(OWNER)) - before).to.equal(FIL(6));
    await expect(p.vault.connect(p.buyer).withdrawToOwner(1n))
      .to.be.revertedWithCustomError(p.vault, "WithdrawalFailed")
      .withArgs(MINER, 18n);
  });
});
