import { expect } from "chai";

import { bigIntBytes, encodeCbor, idBytes } from "../../filecoin/cbor.ts";
import { FIL } from "../../filecoin/index.ts";
import { CHANGE_BENEFICIARY, GET_BENEFICIARY, interceptActors } from "../../support/answers.ts";
import { EXPIRATION, QUOTA, changeBeneficiary, proposeVault } from "../../support/beneficiary.ts";
import { MINER, OWNER, addMiner, deployed, enrolled } from "../../support/protocol.ts";

async function withVault() {
  const p = await deployed();
  await p.fil.createAccount({ id: OWNER });
  const vault = await addMiner(p, { id: MINER, owner: OWNER });
  const vaultId = await p.fil.idOf(await vault.getAddress());
  if (vaultId === undefined) throw new Error("the vault has no id");
  return { ...p, vault, vaultId };
}

describe("MinerVault.activate", () => {
  it("makes the vault the beneficiary on the terms that were proposed (R-VLT-2)", async () => {
    const p = await withVault();
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    await expect(p.vault.activate()).to.emit(p.vault, "Activated").withArgs(MINER, QUOTA, EXPIRATION);
    expect(await p.vault.isActive()).to.equal(true);
    const term = encodeCbor([[idBytes(p.vaultId), [bigIntBytes(QUOTA), bigIntBytes(0n), EXPIRATION]], null]);
    expect((await p.fil.read(MINER, GET_BENEFICIARY)).ret).to.equal(term);
  });

  it("answers that it is active now", async () => {
    const p = await withVault();
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    expect(await p.vault.activate.staticCall()).to.equal(true);
  });

  it("is open to a stranger (R-VLT-4)", async () => {
    const p = await withVault();
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    await p.vault.connect(p.stranger).activate();
    expect(await p.vault.isActive()).to.equal(true);
  });

  it("accepts the vault's id in the place of its f410 address", async () => {
    const p = await withVault();
    await changeBeneficiary(p.fil, { miner: MINER, from: OWNER, nominee: p.vaultId });
    await p.vault.activate();
    expect(await p.vault.isActive()).to.equal(true);
  });

  it("repeats better terms exactly (R-VLT-2)", async () => {
    const p = await withVault();
    const terms = { quota: QUOTA + 1n, expiration: EXPIRATION + 7n };
    await proposeVault(p.fil, MINER, OWNER, p.vault, terms);
    await expect(p.vault.activate()).to.emit(p.vault, "Activated").withArgs(MINER, terms.quota, terms.expiration);
  });

  it("is refused while nothing is proposed", async () => {
    const p = await withVault();
    await expect(p.vault.activate()).to.be.revertedWithCustomError(p.vault, "NothingProposed").withArgs(MINER);
  });

  it("names the nominee that must be proposed", async () => {
    const p = await withVault();
    const other = await p.fil.createAccount();
    await changeBeneficiary(p.fil, { miner: MINER, from: OWNER, nominee: other });
    await expect(p.vault.activate()).to.be.revertedWithCustomError(p.vault, "WrongNominee").withArgs(other, p.vaultId);
  });

  it("names the quota that must be proposed", async () => {
    const p = await withVault();
    await proposeVault(p.fil, MINER, OWNER, p.vault, { quota: QUOTA - 1n });
    await expect(p.vault.activate())
      .to.be.revertedWithCustomError(p.vault, "QuotaTooLow")
      .withArgs(QUOTA - 1n, QUOTA);
  });

  it("names the expiration that must be proposed", async () => {
    const p = await withVault();
    await proposeVault(p.fil, MINER, OWNER, p.vault, { expiration: EXPIRATION - 1n });
    await expect(p.vault.activate())
      .to.be.revertedWithCustomError(p.vault, "ExpirationTooEarly")
      .withArgs(EXPIRATION - 1n, EXPIRATION);
  });

  it("is refused for the vault of another miner of the same owner", async () => {
    const p = await withVault();
    const second = await addMiner(p, { id: 1_001n, owner: OWNER });
    await proposeVault(p.fil, 1_001n, OWNER, p.vault);
    await expect(second.activate()).to.be.revertedWithCustomError(second, "WrongNominee");
  });

  it("is refused while the vault is the beneficiary", async () => {
    const p = await enrolled();
    await expect(p.vault.activate()).to.be.revertedWithCustomError(p.vault, "AlreadyBeneficiary").withArgs(MINER);
  });

  it("does not renew on worse terms while the vault is the beneficiary", async () => {
    const p = await enrolled();
    await proposeVault(p.fil, MINER, OWNER, p.vault, { quota: 1n });
    await expect(p.vault.activate()).to.be.revertedWithCustomError(p.vault, "AlreadyBeneficiary").withArgs(MINER);
  });

  it("does not exist on the implementation", async () => {
    const p = await deployed();
    await expect(p.vaultImplementation.activate()).to.be.revertedWithCustomError(p.vaultImplementation, "NotAClone");
  });
});

describe("MinerVault.activate where a third party is the beneficiary", () => {
  async function withThirdParty(terms: { quota?: bigint; expiration?: bigint } = {}) {
    const p = await withVault();
    const third = await p.fil.createAccount({ id: 555n });
    const { quota = FIL(10), expiration = 50_000_000n } = terms;
    await changeBeneficiary(p.fil, { miner: MINER, from: OWNER, nominee: third, quota, expiration });
    await changeBeneficiary(p.fil, { miner: MINER, from: third, nominee: third, quota, expiration });
    return { ...p, third };
  }

  it("leaves the vault's approval standing until the third party approves too (R-VLT-2)", async () => {
    const p = await withThirdParty();
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    await expect(p.vault.activate()).to.emit(p.vault, "ApprovedAwaitingBeneficiary").withArgs(MINER, p.third);
    expect(await p.vault.isActive()).to.equal(false);
    await changeBeneficiary(p.fil, { miner: MINER, from: p.third, nominee: await p.vault.getAddress() });
    expect(await p.vault.isActive()).to.equal(true);
  });

  it("says so again, and does no harm, when it is called again before that", async () => {
    const p = await withThirdParty();
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    await p.vault.activate();
    expect(await p.vault.activate.staticCall()).to.equal(false);
    await expect(p.vault.activate()).to.emit(p.vault, "ApprovedAwaitingBeneficiary").withArgs(MINER, p.third);
  });

  it("completes what the third party approved first", async () => {
    const p = await withThirdParty();
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    await changeBeneficiary(p.fil, { miner: MINER, from: p.third, nominee: await p.vault.getAddress() });
    await expect(p.vault.activate()).to.emit(p.vault, "Activated").withArgs(MINER, QUOTA, EXPIRATION);
  });

  it("needs no third party whose term has expired", async () => {
    const p = await withThirdParty({ expiration: (await (await deployed()).fil.epoch()) + 100n });
    await p.fil.mine(200n);
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    await p.vault.activate();
    expect(await p.vault.isActive()).to.equal(true);
  });
});

describe("MinerVault.activate when the chain does otherwise than it says", () => {
  it("is refused when the role is still another's after all approvals", async () => {
    const p = await withVault();
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    const actors = await interceptActors();
    await actors.give(MINER, CHANGE_BENEFICIARY, 0n, "0x");
    await expect(p.vault.activate()).to.be.revertedWithCustomError(p.vault, "NotBeneficiary").withArgs(MINER, OWNER);
  });

  it("passes the chain's refusal on with actor, method and exit code", async () => {
    const p = await withVault();
    await proposeVault(p.fil, MINER, OWNER, p.vault);
    const actors = await interceptActors();
    await actors.give(MINER, CHANGE_BENEFICIARY, 16n, "0x");
    await expect(p.vault.activate())
      .to.be.revertedWithCustomError(p.vault, "ActorError")
      .withArgs(MINER, CHANGE_BENEFICIARY, 16n);
  });
});
