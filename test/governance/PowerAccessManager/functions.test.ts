import { expect } from "chai";

import { errorOf, writers } from "../../support/abi.ts";
import { ATTESTORS, GUARDIAN, MEASURING, PARAMETERS, TREASURY } from "../../support/governance.ts";
import { deployed, enrolled } from "../../support/protocol.ts";

const RESTRICTED = {
  setProtocolFee: PARAMETERS,
  setRewardFactor: MEASURING,
  pauseMinting: GUARDIAN,
  claimProtocolFees: TREASURY,
} as const;

describe("the functions that belong to a role (R-GOV-1)", () => {
  it("are exactly the four of PowerNFT that are meant, and the change of authority", async () => {
    const p = await deployed();
    const refused: string[] = [];
    for (const fragment of writers(p.nft)) {
      if ((await errorOf(p.nft, fragment, p.stranger)) === "AccessManagedUnauthorized") refused.push(fragment.name);
    }
    expect(refused.sort()).to.deep.equal([...Object.keys(RESTRICTED), "setAuthority"].sort());
  });

  for (const [name, role] of Object.entries(RESTRICTED)) {
    it(`give ${name} to role ${role}`, async () => {
      const p = await deployed();
      const fragment = p.nft.interface.getFunction(name as keyof typeof RESTRICTED);
      expect(await p.manager.getTargetFunctionRole(await p.nft.getAddress(), fragment.selector)).to.equal(role);
    });
  }

  it("let nobody but the role's holder call them", async () => {
    const p = await deployed();
    const holders = { [PARAMETERS.toString()]: p.governance, [GUARDIAN.toString()]: p.guardian };
    const everyone = [p.deployer, p.governance, p.guardian, p.attestor, p.stranger];
    for (const [name, role] of Object.entries(RESTRICTED)) {
      const holder = holders[role.toString()] ?? p.governance;
      const fragment = p.nft.interface.getFunction(name as keyof typeof RESTRICTED);
      for (const caller of everyone) {
        const unauthorized = (await errorOf(p.nft, fragment, caller)) === "AccessManagedUnauthorized";
        expect(unauthorized, `${name} by ${caller.address}`).to.equal(caller !== holder);
      }
    }
  });

  it("are one of the oracle, and the change of authority", async () => {
    const p = await deployed();
    const refused: string[] = [];
    for (const fragment of writers(p.powerOracle)) {
      const error = await errorOf(p.powerOracle, fragment, p.stranger);
      if (error === "AccessManagedUnauthorized") refused.push(fragment.name);
    }
    expect(refused.sort()).to.deep.equal(["setAuthority", "setMembers"]);
    const { selector } = p.powerOracle.interface.getFunction("setMembers");
    expect(await p.manager.getTargetFunctionRole(await p.powerOracle.getAddress(), selector)).to.equal(ATTESTORS);
  });

  it("are three of the market, and the change of authority", async () => {
    const p = await deployed();
    const refused: string[] = [];
    for (const fragment of writers(p.market)) {
      const error = await errorOf(p.market, fragment, p.stranger);
      if (error === "AccessManagedUnauthorized") refused.push(fragment.name);
    }
    const roles = { setMarketFee: PARAMETERS, setCoin: PARAMETERS, claimMarketFees: TREASURY } as const;
    expect(refused.sort()).to.deep.equal([...Object.keys(roles), "setAuthority"].sort());
    for (const [name, role] of Object.entries(roles)) {
      const { selector } = p.market.interface.getFunction(name as keyof typeof roles);
      expect(await p.manager.getTargetFunctionRole(await p.market.getAddress(), selector), name).to.equal(role);
    }
  });

  it("are three of the pool, and the change of authority", async () => {
    const p = await deployed();
    const refused: string[] = [];
    for (const fragment of writers(p.pool)) {
      const error = await errorOf(p.pool, fragment, p.stranger);
      if (error === "AccessManagedUnauthorized") refused.push(fragment.name);
    }
    const roles = { setPolicy: PARAMETERS, setDepositCap: PARAMETERS, pauseEntries: GUARDIAN } as const;
    expect(refused.sort()).to.deep.equal([...Object.keys(roles), "setAuthority"].sort());
    for (const [name, role] of Object.entries(roles)) {
      const { selector } = p.pool.interface.getFunction(name as keyof typeof roles);
      expect(await p.manager.getTargetFunctionRole(await p.pool.getAddress(), selector), name).to.equal(role);
    }
  });

  it("do not exist in the vault and the registry", async () => {
    const p = await enrolled();
    for (const contract of [p.vault, p.registry]) {
      expect(contract.interface.hasFunction("authority")).to.equal(false);
      for (const fragment of writers(contract)) {
        const error = await errorOf(contract, fragment, p.stranger);
        expect(error ?? "", fragment.name).not.to.match(/AccessManaged|Ownable|AccessControl/);
      }
    }
  });
});
