import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { MINER, OWNER, contractAt, deployed } from "../../support/protocol.ts";
import type { MinerVault } from "../../../types/ethers-contracts/index.ts";

async function withMiner() {
  const p = await deployed();
  await p.fil.createAccount({ id: OWNER });
  await p.fil.createMiner({ id: MINER, owner: OWNER, balance: FIL(10), sectors: { count: 1n } });
  return p;
}

describe("MinerRegistry.createVault", () => {
  it("creates the vault at the address that was known before (R-VLT-1)", async () => {
    const p = await withMiner();
    const vault = await p.registry.vaultOf(MINER);
    expect(await p.registry.exists(MINER)).to.equal(false);
    await expect(p.registry.createVault(MINER)).to.emit(p.registry, "VaultCreated").withArgs(MINER, vault);
    expect(await p.registry.exists(MINER)).to.equal(true);
  });

  it("makes a vault that knows its miner, the miner's owner and PowerNFT", async () => {
    const p = await withMiner();
    await p.registry.createVault(MINER);
    const vault = await contractAt<MinerVault>("MinerVault", await p.registry.vaultOf(MINER));
    expect(await vault.minerId()).to.equal(MINER);
    expect(await vault.ownerId()).to.equal(OWNER);
    expect(await vault.POWER_NFT()).to.equal(await p.nft.getAddress());
  });

  it("states the terms that a vault requires (R-VLT-2)", async () => {
    const p = await deployed();
    expect(await p.vaultImplementation.REQUIRED_QUOTA()).to.equal(FIL(1_000_000_000_000));
    expect(await p.vaultImplementation.REQUIRED_EXPIRATION()).to.equal(100_000_000n);
  });

  it("is open to a stranger (R-VLT-1)", async () => {
    const p = await withMiner();
    await p.registry.connect(p.stranger).createVault(MINER);
    expect(await p.registry.exists(MINER)).to.equal(true);
  });

  it("returns the same vault when it is called again, and creates nothing", async () => {
    const p = await withMiner();
    await p.registry.createVault(MINER);
    expect(await p.registry.createVault.staticCall(MINER)).to.equal(await p.registry.vaultOf(MINER));
    await expect(p.registry.createVault(MINER)).not.to.emit(p.registry, "VaultCreated");
  });

  it("gives every miner a vault of its own, where PowerNFT looks for it", async () => {
    const p = await withMiner();
    await p.fil.createMiner({ id: 1_001n, owner: OWNER, sectors: { count: 1n } });
    expect(await p.registry.vaultOf(1_001n)).not.to.equal(await p.registry.vaultOf(MINER));
    for (const miner of [MINER, 1_001n]) expect(await p.nft.vaultOf(miner)).to.equal(await p.registry.vaultOf(miner));
  });

  it("refuses an id that no actor has", async () => {
    const p = await withMiner();
    await expect(p.registry.createVault(77_777n))
      .to.be.revertedWithCustomError(p.registry, "NoPowerClaim")
      .withArgs(77_777n);
  });

  it("refuses an account, which answers every method with success (R-VLT-1)", async () => {
    const p = await withMiner();
    await expect(p.registry.createVault(OWNER))
      .to.be.revertedWithCustomError(p.registry, "NoPowerClaim")
      .withArgs(OWNER);
  });

  it("refuses a contract, which could play a miner (R-VLT-1)", async () => {
    const p = await withMiner();
    const id = await p.fil.registerEvm(await p.nft.getAddress());
    await expect(p.registry.createVault(id)).to.be.revertedWithCustomError(p.registry, "NoPowerClaim").withArgs(id);
  });
});
