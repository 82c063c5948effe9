import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { changeMembers } from "../../support/governance.ts";
import { ethers } from "../../support/network.ts";
import { frameNow, oracleOf, rootOf, scheduleMembers } from "../../support/oracle.ts";
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

  it("are replaced by nobody else", async () => {
    const p = await deployed();
    for (const caller of [p.stranger, p.attestor, p.guardian, p.deployer]) {
      await expect(p.powerOracle.connect(caller).setMembers([caller.address], 1n))
        .to.be.revertedWithCustomError(p.powerOracle, "AccessManagedUnauthorized")
        .withArgs(caller.address);
    }
  });

  it("lose their word when they leave, and keep it when they stay (a change within a frame)", async () => {
    const p = await oracleOf(5, 3);
    const [a, b, c, d] = p.people;
    if (!a || !b || !c || !d) throw new Error("no members");
    const oracle = p.oracleOfMany;
    const carryOut = await scheduleMembers(p, [b, c, d], 2n);
    const frame = await frameNow(p);
    for (const member of [a, b]) await oracle.connect(member).submit(frame, rootOf("x"));
    await carryOut();
    await expect(oracle.connect(a).submit(frame, rootOf("x")))
      .to.be.revertedWithCustomError(oracle, "NotMember")
      .withArgs(a.address);
    await expect(oracle.connect(c).submit(frame, rootOf("x")))
      .to.emit(oracle, "Agreed")
      .withArgs(frame, rootOf("x"));
  });

  it("agree by the next word where a smaller quorum has been said already", async () => {
    const p = await oracleOf(3, 3);
    const [a, b, c] = p.people;
    if (!a || !b || !c) throw new Error("no members");
    const carryOut = await scheduleMembers(p, [a, b, c], 2n);
    const frame = await frameNow(p);
    for (const member of [a, b]) await p.oracleOfMany.connect(member).submit(frame, rootOf("x"));
    await carryOut();
    expect(await p.oracleOfMany.rootOf(frame)).to.equal(ZeroHash);
    await p.oracleOfMany.connect(a).submit(frame, rootOf("x"));
    expect(await p.oracleOfMany.rootOf(frame)).to.equal(rootOf("x"));
  });

  for (const [what, members, quorum, error, args] of [
    ["nobody", [], 1, "BadMembers", [0, 32]],
    ["more than 32", MANY, 17, "BadMembers", [33, 32]],
    ["the zero address", [ZeroAddress], 1, "BadMembers", [0, 32]],
    ["somebody twice", [MANY[0], MANY[0]], 2, "BadMembers", [1, 32]],
    ["an order that does not ascend", [MANY[1], MANY[0]], 2, "BadMembers", [1, 32]],
    ["a quorum of half", MANY.slice(0, 4), 2, "BadQuorum", [2, 3, 4]],
    ["a quorum above all", MANY.slice(0, 4), 5, "BadQuorum", [5, 3, 4]],
  ] as const) {
    it(`cannot be ${what}`, async () => {
      const p = await deployed();
      const factory = await ethers.getContractFactory("PowerOracle");
      await expect(
        factory.deploy(await p.manager.getAddress(), await p.nft.getAddress(), [...members] as string[], quorum),
      )
        .to.be.revertedWithCustomError(p.powerOracle, error)
        .withArgs(...args);
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

  it("may name the same hot key again, and change it for another", async () => {
    const p = await oracleOf(3, 2);
    const [one, other] = p.people;
    if (one === undefined || other === undefined) throw new Error("no members");
    await p.oracleOfMany.connect(one).setDelegate(p.holder.address);
    await p.oracleOfMany.connect(one).setDelegate(p.holder.address);
    expect(await p.oracleOfMany.delegateOf(one.address)).to.equal(p.holder.address);
    await p.oracleOfMany.connect(one).setDelegate(p.buyer.address);
    await p.oracleOfMany.connect(other).setDelegate(p.holder.address);
    const frame = await frameNow(p);
    await p.oracleOfMany.connect(p.holder).submit(frame, rootOf("a"));
    expect(await p.oracleOfMany.voteOf(other.address)).to.deep.equal([BigInt(frame), rootOf("a")]);
    expect(await p.oracleOfMany.voteOf(one.address)).to.deep.equal([0n, ZeroHash]);
  });

  it("take over the hot key of one who is no member any more", async () => {
    const p = await oracleOf(3, 2);
    const [one, other, third] = p.people;
    if (!one || !other || !third) throw new Error("no members");
    const oracle = p.oracleOfMany;
    await oracle.connect(one).setDelegate(p.holder.address);
    await (
      await scheduleMembers(p, [other, third], 2n)
    )();
    const frame = await frameNow(p);
    await expect(oracle.connect(p.holder).submit(frame, rootOf("a")))
      .to.be.revertedWithCustomError(oracle, "NotMember")
      .withArgs(p.holder.address);
    await oracle.connect(other).setDelegate(p.holder.address);
    expect(await oracle.delegateOf(one.address)).to.equal(ZeroAddress);
    await oracle.connect(p.holder).submit(frame, rootOf("a"));
    expect(await oracle.voteOf(other.address)).to.deep.equal([BigInt(frame), rootOf("a")]);
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
