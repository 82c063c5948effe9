import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { changeMembers } from "../../support/governance.ts";
import { ethers } from "../../support/network.ts";
import { frameNow, oracleOf, rootOf } from "../../support/oracle.ts";
import { deployed } from "../../support/protocol.ts";

const MANY = Array.from({ length: 33 }, (_, i) => ethers.getAddress(`0x${(i + 1).toString(16).padStart(40, "0")}`));

describe("the members of PowerOracle (R-ORC-1)", () => {
  it("are those of the beginning, with their quorum", async () => {
    const { oracleOfMany, people } = await oracleOf(5, 3);
    expect(await oracleOfMany.members()).to.deep.equal(people.map(({ address }) => address));
    expect(await oracleOfMany.quorum()).to.equal(3n);
  });

  it("are replaced by governance after a delay", async () => {
    const p = await deployed();
    const members = [p.holder.address, p.buyer.address].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    await expect(changeMembers(p, members, 2n))
      .to.emit(p.powerOracle, "MembersSet")
      .withArgs(members, 2n);
    expect(await p.powerOracle.members()).to.deep.equal(members);
    await expect(p.powerOracle.connect(p.attestor).submit(await frameNow(p), rootOf("a")))
      .to.be.revertedWithCustomError(p.powerOracle, "NotMember")
      .withArgs(p.attestor.address);
  });

  for (const [what, members, quorum, error] of [
    ["nobody", [], 1, "BadMembers"],
    ["more than 32", MANY, 17, "BadMembers"],
    ["the zero address", [ZeroAddress], 1, "BadMembers"],
    ["somebody twice", [MANY[0], MANY[0]], 2, "BadMembers"],
    ["an order that does not ascend", [MANY[1], MANY[0]], 2, "BadMembers"],
    ["a quorum of half", MANY.slice(0, 4), 2, "BadQuorum"],
    ["a quorum above all", MANY.slice(0, 4), 5, "BadQuorum"],
  ] as const) {
    it(`cannot be ${what}`, async () => {
      const p = await deployed();
      const factory = await ethers.getContractFactory("PowerOracle");
      await expect(
        factory.deploy(await p.manager.getAddress(), await p.nft.getAddress(), [...members] as string[], quorum),
      ).to.be.revertedWithCustomError(p.powerOracle, error);
    });
  }

  it("may be 32, with a quorum of 17", async () => {
    const p = await deployed();
    const factory = await ethers.getContractFactory("PowerOracle");
    await factory.deploy(await p.manager.getAddress(), await p.nft.getAddress(), MANY.slice(0, 32), 17);
  });

  it("let a hot key submit for them, and take that back", async () => {
    const { oracleOfMany, people, holder, fil } = await oracleOf(3, 2);
    const [cold] = people;
    if (cold === undefined) throw new Error("no member");
    await expect(oracleOfMany.connect(cold).setDelegate(holder.address))
      .to.emit(oracleOfMany, "DelegateSet")
      .withArgs(cold.address, holder.address);
    expect(await oracleOfMany.delegateOf(cold.address)).to.equal(holder.address);
    const frame = (await fil.epoch()) / 2_880n;
    await oracleOfMany.connect(holder).submit(frame, rootOf("a"));
    expect(await oracleOfMany.voteOf(cold.address)).to.deep.equal([frame, rootOf("a")]);
    await oracleOfMany.connect(cold).setDelegate(ZeroAddress);
    await expect(oracleOfMany.connect(holder).submit(frame, rootOf("b")))
      .to.be.revertedWithCustomError(oracleOfMany, "NotMember")
      .withArgs(holder.address);
  });

  it("cannot share a hot key, nor take another member for one", async () => {
    const { oracleOfMany, people, holder, stranger } = await oracleOf(3, 2);
    const [one, other] = people;
    if (one === undefined || other === undefined) throw new Error("no members");
    await oracleOfMany.connect(one).setDelegate(holder.address);
    await expect(oracleOfMany.connect(other).setDelegate(holder.address))
      .to.be.revertedWithCustomError(oracleOfMany, "DelegateTaken")
      .withArgs(holder.address, one.address);
    await expect(oracleOfMany.connect(one).setDelegate(other.address))
      .to.be.revertedWithCustomError(oracleOfMany, "DelegateTaken")
      .withArgs(other.address, other.address);
    await expect(oracleOfMany.connect(stranger).setDelegate(holder.address))
      .to.be.revertedWithCustomError(oracleOfMany, "NotMember")
      .withArgs(stranger.address);
  });
});
