import { expect } from "chai";
import { ZeroHash } from "ethers";

import { frameNow, nextFrame, oracleOf, rootOf } from "../../support/oracle.ts";
import { deployed } from "../../support/protocol.ts";

describe("PowerOracle.submit", () => {
  it("agrees on a root as soon as a quorum says the same", async () => {
    const p = await oracleOf(5, 3);
    const oracle = p.oracleOfMany;
    const frame = await frameNow(p);
    const [a, b, c, d, e] = p.people;
    if (!a || !b || !c || !d || !e) throw new Error("no members");
    await oracle.connect(a).submit(frame, rootOf("true"));
    await oracle.connect(b).submit(frame, rootOf("false"));
    await expect(oracle.connect(c).submit(frame, rootOf("true"))).not.to.emit(oracle, "Agreed");
    expect(await oracle.rootOf(frame)).to.equal(ZeroHash);
    await expect(oracle.connect(d).submit(frame, rootOf("true")))
      .to.emit(oracle, "Submitted")
      .withArgs(frame, d.address, rootOf("true"))
      .and.to.emit(oracle, "Agreed")
      .withArgs(frame, rootOf("true"));
    expect(await oracle.rootOf(frame)).to.equal(rootOf("true"));
    expect(await oracle.lastFrame()).to.equal(frame);
    await expect(oracle.connect(e).submit(frame, rootOf("true")))
      .to.be.revertedWithCustomError(oracle, "FrameOver")
      .withArgs(frame, frame);
  });

  it("counts a member once, by its last word", async () => {
    const p = await oracleOf(3, 2);
    const frame = await frameNow(p);
    const [a, b] = p.people;
    if (!a || !b) throw new Error("no members");
    await p.oracleOfMany.connect(a).submit(frame, rootOf("x"));
    await p.oracleOfMany.connect(a).submit(frame, rootOf("x"));
    expect(await p.oracleOfMany.rootOf(frame)).to.equal(ZeroHash);
    await p.oracleOfMany.connect(a).submit(frame, rootOf("y"));
    await p.oracleOfMany.connect(b).submit(frame, rootOf("x"));
    expect(await p.oracleOfMany.rootOf(frame)).to.equal(ZeroHash);
    await p.oracleOfMany.connect(b).submit(frame, rootOf("y"));
    expect(await p.oracleOfMany.rootOf(frame)).to.equal(rootOf("y"));
  });

  it("does not add up words on different frames", async () => {
    const p = await oracleOf(3, 2);
    const [a, b] = p.people;
    if (!a || !b) throw new Error("no members");
    const frame = await frameNow(p);
    await p.oracleOfMany.connect(a).submit(frame, rootOf("x"));
    const next = await nextFrame(p);
    await p.oracleOfMany.connect(b).submit(next, rootOf("x"));
    expect(await p.oracleOfMany.rootOf(frame)).to.equal(ZeroHash);
    expect(await p.oracleOfMany.rootOf(next)).to.equal(ZeroHash);
  });

  it("refuses a frame that has not begun, and one that is too old", async () => {
    const p = await deployed();
    const frame = await frameNow(p);
    const oracle = p.powerOracle.connect(p.attestor);
    await expect(oracle.submit(frame + 1, rootOf("x")))
      .to.be.revertedWithCustomError(p.powerOracle, "FrameNotBegun")
      .withArgs(frame + 1, BigInt(frame + 1) * 2_880n);
    await expect(oracle.submit(frame - 4, rootOf("x")))
      .to.be.revertedWithCustomError(p.powerOracle, "FrameTooOld")
      .withArgs(frame - 4, frame - 3);
    await oracle.submit(frame - 3, rootOf("x"));
  });

  it("moves forward only, and may leave frames out (R-ORC-1)", async () => {
    const p = await deployed();
    const frame = await frameNow(p);
    const oracle = p.powerOracle.connect(p.attestor);
    await oracle.submit(frame, rootOf("x"));
    await expect(oracle.submit(frame - 1, rootOf("x")))
      .to.be.revertedWithCustomError(p.powerOracle, "FrameOver")
      .withArgs(frame - 1, frame);
  });

  it("refuses a root of zero, and strangers", async () => {
    const p = await deployed();
    const frame = await frameNow(p);
    await expect(p.powerOracle.connect(p.attestor).submit(frame, ZeroHash)).to.be.revertedWithCustomError(
      p.powerOracle,
      "NoRoot",
    );
    await expect(p.powerOracle.connect(p.governance).submit(frame, rootOf("x")))
      .to.be.revertedWithCustomError(p.powerOracle, "NotMember")
      .withArgs(p.governance.address);
  });

  it("tells when no report was agreed on for three frames (R-ORC-6)", async () => {
    const p = await deployed();
    expect(await p.powerOracle.isStale()).to.equal(true);
    const frame = await frameNow(p);
    await p.powerOracle.connect(p.attestor).submit(frame, rootOf("x"));
    expect(await p.powerOracle.isStale()).to.equal(false);
    for (let i = 0; i < 3; i++) await nextFrame(p);
    expect(await p.powerOracle.isStale()).to.equal(false);
    await nextFrame(p);
    expect(await p.powerOracle.isStale()).to.equal(true);
  });
});
