import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL } from "../../filecoin/index.ts";
import { GET_BENEFICIARY, interceptActors } from "../../support/answers.ts";
import { bigIntBytes, encodeCbor, idBytes } from "../../filecoin/cbor.ts";
import { QUOTA, withdrawBalance } from "../../support/beneficiary.ts";
import { ethers } from "../../support/network.ts";
import { earn } from "../../support/nft.ts";
import { MINER, OWNER, deployed, earning, enrolled } from "../../support/protocol.ts";

describe("MinerVault.pull", () => {
  it("is refused to everybody but PowerNFT", async () => {
    const p = await enrolled();
    for (const caller of [p.stranger, p.provider, p.governance]) {
      await expect(p.vault.connect(caller).pull(MINER, 1n))
        .to.be.revertedWithCustomError(p.vault, "NotPowerNFT")
        .withArgs(caller.address);
    }
  });

  it("takes exactly what is owed, and leaves the rest in the miner (R-VLT-5)", async () => {
    const p = await earning();
    await p.fil.addFeeDebt(MINER, 0n);
    const owed = await earn(p, MINER, FIL(40));
    const before = (await p.fil.ledgerOf(MINER)).balance;
    await p.nft.harvest(MINER);
    expect(before - (await p.fil.ledgerOf(MINER)).balance).to.equal(owed);
    expect(await p.fil.balanceOf(await p.nft.getAddress())).to.equal(owed);
  });

  it("takes the vault's own cash first: a top-up that ran no code (R-VLT-7)", async () => {
    const p = await earning();
    const owed = await earn(p, MINER, FIL(40));
    await p.fil.native({ from: OWNER, to: await p.vault.getAddress(), value: FIL(30) });
    const before = (await p.fil.ledgerOf(MINER)).balance;
    await p.nft.harvest(MINER);
    expect((await p.fil.ledgerOf(MINER)).balance).to.equal(before);
    expect(await p.fil.balanceOf(await p.vault.getAddress())).to.equal(FIL(30) - owed);
  });

  it("takes what the owner's own WithdrawBalance brought into the vault", async () => {
    const p = await earning();
    const owed = await earn(p, MINER, FIL(40));
    await withdrawBalance(p.fil, MINER, OWNER, FIL(5));
    const before = (await p.fil.ledgerOf(MINER)).balance;
    await p.nft.harvest(MINER);
    expect(before - (await p.fil.ledgerOf(MINER)).balance).to.equal(owed - FIL(5));
  });

  it("takes released pledge and the owner's top-ups while holders are owed (R-VLT-5)", async () => {
    const p = await earning();
    await p.fil.setPreCommitDeposits(MINER, (await p.fil.ledgerOf(MINER)).available);
    const owed = await earn(p, MINER, FIL(400)); // a quarter is free, half is owed
    await p.nft.harvest(MINER);
    expect((await p.nft.minerAccount(MINER)).owed).to.be.closeTo(owed - FIL(100), FIL(3));
    await p.fil.native({ from: OWNER, to: MINER, value: FIL(60) });
    await p.nft.harvest(MINER);
    await p.fil.setPreCommitDeposits(MINER, 0n);
    await p.nft.harvest(MINER);
    expect((await p.nft.minerAccount(MINER)).owed).to.equal(0n);
  });

  for (const exitCode of [18n, 19n]) {
    it(`survives a refusal by the chain with exit ${exitCode}, and says so (R-VLT-7)`, async () => {
      const p = await earning();
      const owed = await earn(p, MINER, FIL(40));
      if (exitCode === 18n) await p.fil.setEarlyTerminations(MINER, true);
      else await p.fil.addFeeDebt(MINER, FIL(1_000_000));
      await expect(p.nft.harvest(MINER)).to.emit(p.vault, "WithdrawalRefused").withArgs(MINER, exitCode);
      expect((await p.nft.minerAccount(MINER)).owed).to.equal(owed);
    });
  }

  it("moves the vault's cash although the chain refuses the rest", async () => {
    const p = await earning();
    const owed = await earn(p, MINER, FIL(40));
    await p.fil.native({ from: OWNER, to: await p.vault.getAddress(), value: FIL(5) });
    await p.fil.setEarlyTerminations(MINER, true);
    await expect(p.nft.harvest(MINER))
      .to.emit(p.nft, "Harvested")
      .withArgs(MINER, FIL(5), owed - FIL(5))
      .and.to.emit(p.vault, "WithdrawalRefused")
      .withArgs(MINER, 18n);
  });
});

describe("MinerVault.isActive", () => {
  it("is false for a term that has expired", async () => {
    const p = await enrolled();
    const actors = await interceptActors();
    const vaultId = (await p.fil.idOf(await p.vault.getAddress())) ?? 0n;
    const now = await p.fil.epoch();
    const term = (used: bigint, expiration: bigint): string =>
      encodeCbor([[idBytes(vaultId), [bigIntBytes(QUOTA), bigIntBytes(used), expiration]], null]);
    await actors.give(MINER, GET_BENEFICIARY, 0n, term(0n, now));
    expect(await p.vault.isActive()).to.equal(false);
    await actors.give(MINER, GET_BENEFICIARY, 0n, term(0n, now + 100n));
    expect(await p.vault.isActive()).to.equal(true);
  });

  it("is false while the chain has no id for the vault", async () => {
    const p = await enrolled();
    const resolve = "0xfe00000000000000000000000000000000000001";
    await p.fil.provider.request({ method: "hardhat_setCode", params: [resolve, "0x00"] }); // knows nobody
    expect(await p.vault.isActive()).to.equal(false);
  });

  it("is false for a quota that is used up", async () => {
    const p = await enrolled();
    const actors = await interceptActors();
    const vaultId = (await p.fil.idOf(await p.vault.getAddress())) ?? 0n;
    const term = encodeCbor([[idBytes(vaultId), [bigIntBytes(QUOTA), bigIntBytes(QUOTA), 100_000_000n]], null]);
    await actors.give(MINER, GET_BENEFICIARY, 0n, term);
    expect(await p.vault.isActive()).to.equal(false);
  });
});

describe("The implementation of vaults", () => {
  it("is no vault of any miner", async () => {
    const p = await deployed();
    const vault = p.vaultImplementation;
    const calls = [
      vault.minerId(),
      vault.ownerId(),
      vault.operator(),
      vault.isActive(),
      vault.activate.staticCall(),
      vault.release.staticCall(),
      vault.withdrawToOwner.staticCall(1n),
      vault.setOperator.staticCall(ZeroAddress),
    ];
    for (const call of calls) await expect(call).to.be.revertedWithCustomError(vault, "NotAClone");
  });

  it("belongs to the one PowerNFT that was deployed with it", async () => {
    const p = await deployed();
    const factory = await ethers.getContractFactory("PowerNFT", { libraries: p.libraries });
    await expect(
      factory.deploy(
        await p.manager.getAddress(),
        await p.registry.getAddress(),
        await p.powerOracle.getAddress(),
        await p.renderer.getAddress(),
      ),
    ).to.be.revertedWithCustomError(p.nft, "WiringMismatch");
  });
});
