import { expect } from "chai";
import { ZeroAddress } from "ethers";

import {
  ADMIN,
  ATTESTORS,
  GUARDIAN,
  MEASURING,
  PARAMETERS,
  ROLES,
  SECONDS_A_DAY,
  TREASURY,
} from "../../support/governance.ts";
import { ethers } from "../../support/network.ts";
import { type Protocol, deployed } from "../../support/protocol.ts";

/** [is a member now, delay before it may act in seconds]. */
async function accessOf(p: Protocol, role: bigint, who: string): Promise<[boolean, bigint]> {
  const { isMember, executionDelay } = await p.manager.hasRole(role, who);
  return [isMember, executionDelay];
}

describe("the roles of PowerAccessManager from the first block on (R-GOV-1)", () => {
  it("leave the deployer without any role", async () => {
    const p = await deployed();
    for (const role of ROLES) expect(await accessOf(p, role, p.deployer.address)).to.deep.equal([false, 0n]);
  });

  it("make governance wait 7 days as admin", async () => {
    const p = await deployed();
    expect(await accessOf(p, ADMIN, p.governance.address)).to.deep.equal([true, 7n * SECONDS_A_DAY]);
    expect(await p.manager.ADMIN_DELAY()).to.equal(7n * SECONDS_A_DAY);
  });

  it("make governance wait 3 days with parameters", async () => {
    const p = await deployed();
    expect(await accessOf(p, PARAMETERS, p.governance.address)).to.deep.equal([true, 3n * SECONDS_A_DAY]);
    expect(await p.manager.PARAMETER_DELAY()).to.equal(3n * SECONDS_A_DAY);
  });

  it("make governance wait 7 days with how income is measured, the longest delay (R-INC-2)", async () => {
    const p = await deployed();
    expect(await accessOf(p, MEASURING, p.governance.address)).to.deep.equal([true, 7n * SECONDS_A_DAY]);
  });

  it("make governance wait 7 days with who attests (R-ORC-1)", async () => {
    const p = await deployed();
    expect(await accessOf(p, ATTESTORS, p.governance.address)).to.deep.equal([true, 7n * SECONDS_A_DAY]);
  });

  it("let guardian and treasury act at once", async () => {
    const p = await deployed();
    expect(await accessOf(p, GUARDIAN, p.guardian.address)).to.deep.equal([true, 0n]);
    expect(await accessOf(p, TREASURY, p.governance.address)).to.deep.equal([true, 0n]);
  });

  it("give nobody a role of somebody else", async () => {
    const p = await deployed();
    const rolesOf = async (who: string): Promise<bigint[]> => {
      const held: bigint[] = [];
      for (const role of ROLES) if ((await accessOf(p, role, who))[0]) held.push(role);
      return held;
    };
    expect(await rolesOf(p.governance.address)).to.deep.equal([ADMIN, PARAMETERS, ATTESTORS, TREASURY, MEASURING]);
    expect(await rolesOf(p.guardian.address)).to.deep.equal([GUARDIAN]);
    expect(await rolesOf(p.attestor.address)).to.deep.equal([]);
    expect(await rolesOf(p.oracle.address)).to.deep.equal([]);
    expect(await rolesOf(await p.nft.getAddress())).to.deep.equal([]);
  });

  it("delay a grant of every role by 2 days", async () => {
    const p = await deployed();
    for (const role of ROLES) expect(await p.manager.getRoleGrantDelay(role)).to.equal(2n * SECONDS_A_DAY);
    expect(await p.manager.GRANT_DELAY()).to.equal(2n * SECONDS_A_DAY);
  });

  it("delay a new mapping of PowerNFT's, the oracle's, the market's and the pool's functions by 7 days", async () => {
    const p = await deployed();
    expect(await p.manager.getTargetAdminDelay(await p.market.getAddress())).to.equal(7n * SECONDS_A_DAY);
    expect(await p.manager.getTargetAdminDelay(await p.pool.getAddress())).to.equal(7n * SECONDS_A_DAY);
    expect(await p.manager.getTargetAdminDelay(await p.powerOracle.getAddress())).to.equal(7n * SECONDS_A_DAY);
    expect(await p.manager.getTargetAdminDelay(await p.nft.getAddress())).to.equal(7n * SECONDS_A_DAY);
  });

  it("delay a change of any of these delays by 5 days at least", async () => {
    const p = await deployed();
    expect(await p.manager.minSetback()).to.equal(5n * SECONDS_A_DAY);
  });

  it("have the admin role above them and the guardian beside what waits", async () => {
    const p = await deployed();
    for (const role of ROLES) expect(await p.manager.getRoleAdmin(role)).to.equal(ADMIN);
    for (const role of [PARAMETERS, ATTESTORS, MEASURING])
      expect(await p.manager.getRoleGuardian(role)).to.equal(GUARDIAN);
  });

  it("carry the numbers that are documented", async () => {
    const p = await deployed();
    const { manager } = p;
    const ids = [
      manager.PARAMETER_ROLE,
      manager.GUARDIAN_ROLE,
      manager.ATTESTORS_ROLE,
      manager.TREASURY_ROLE,
      manager.MEASURING_ROLE,
    ];
    expect(await Promise.all(ids.map((id) => id()))).to.deep.equal(ROLES.slice(1));
  });

  for (const missing of ["guardian", "PowerNFT", "PowerOracle", "PowerMarket", "JointMiningPool"]) {
    it(`cannot be set up without a ${missing}`, async () => {
      const p = await deployed();
      const factory = await ethers.getContractFactory("PowerAccessManager");
      const someone = p.stranger.address;
      const or = (name: string): string => (missing === name ? ZeroAddress : someone);
      const holders = { governance: someone, guardian: or("guardian") };
      await expect(
        factory.deploy(holders, or("PowerNFT"), or("PowerOracle"), or("PowerMarket"), [or("JointMiningPool")]),
      ).to.be.revertedWithCustomError(p.manager, "MissingHolder");
    });
  }

  it("cannot be set up without governance", async () => {
    const p = await deployed();
    const factory = await ethers.getContractFactory("PowerAccessManager");
    const holders = { governance: ZeroAddress, guardian: p.stranger.address };
    await expect(factory.deploy(holders, await p.nft.getAddress(), p.stranger.address, p.stranger.address, []))
      .to.be.revertedWithCustomError(p.manager, "AccessManagerInvalidInitialAdmin")
      .withArgs(ZeroAddress);
  });
});
