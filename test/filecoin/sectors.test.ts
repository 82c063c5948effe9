import { expect } from "chai";

import { bigIntBytes, bigIntFromBytes, decodeCbor, encodeCbor } from "./cbor.ts";
import { BURNT_FUNDS, FIL, POWER_ACTOR } from "./index.ts";
import { METHOD, MINER, OWNER, setting, type Setting, status, STRANGER } from "./setup.ts";

const [DEAD, ACTIVE, FAULTY] = [0n, 1n, 2n];

describe("simulated sectors", () => {
  let s: Setting;
  const power = async (): Promise<bigint[]> => {
    const answer = await s.fil.read(POWER_ACTOR, METHOD.minerPower, encodeCbor(MINER));
    return (decodeCbor(answer.ret) as Uint8Array[]).map(bigIntFromBytes);
  };
  const is = async (sector: bigint, state: bigint, deadline = 3n, partition = 2n) =>
    s.fil.read(MINER, METHOD.sectorStatus, status(sector, state, deadline, partition));
  const location = async (sector: bigint) => (await s.fil.read(MINER, METHOD.sectorLocation, encodeCbor([sector]))).ret;

  beforeEach(async () => {
    s = await setting();
  });

  it("give the miner its power", async () => {
    expect(await power()).to.deep.equal([8n * 2048n, 8n * 20480n]);
  });

  it("are active where they are, and nowhere else", async () => {
    expect((await is(1n, ACTIVE)).ret).to.equal("0xf5");
    expect((await is(1n, FAULTY)).ret).to.equal("0xf4");
    expect((await is(1n, ACTIVE, 3n, 1n)).exitCode).to.equal(17n);
    expect((await is(1n, ACTIVE, -1n, -1n)).exitCode).to.equal(17n);
  });

  it("are dead in no partition when they never existed", async () => {
    expect((await is(99n, DEAD, -1n, -1n)).ret).to.equal("0xf5");
    expect((await is(99n, DEAD)).exitCode).to.equal(17n);
    expect(await location(99n)).to.equal("0x820043822020");
  });

  it("lose their power while they are faulty", async () => {
    await s.fil.declareFaults(MINER, [1n, 2n]);
    expect(await power()).to.deep.equal([6n * 2048n, 6n * 20480n]);
    expect((await is(1n, FAULTY)).ret).to.equal("0xf5");
    await s.fil.recoverSectors(MINER, [1n]);
    expect(await power()).to.deep.equal([7n * 2048n, 7n * 20480n]);
  });

  it("end with a termination that frees the pledge and burns a fee", async () => {
    await s.fil.mine(28n * 2880n);
    const burnt = await s.fil.balanceOf(BURNT_FUNDS);
    await s.fil.terminateSectors(MINER, [1n]);
    expect(await power()).to.deep.equal([7n * 2048n, 7n * 20480n]);
    expect((await s.fil.ledgerOf(MINER)).pledge).to.equal(FIL(7));
    // 28 of 140 days: a fifth of 8.5 % would be less than the least fee, 2 %.
    expect((await s.fil.balanceOf(BURNT_FUNDS)) - burnt).to.equal(FIL("0.02"));
    expect((await is(1n, DEAD)).ret).to.equal("0xf5");
  });

  it("keep place and expiration after their end until a compaction", async () => {
    await s.fil.terminateSectors(MINER, [1n]);
    expect(await location(1n)).to.equal("0x820043820302");
    expect((await s.fil.read(MINER, METHOD.sectorExpiration, encodeCbor(1n))).exitCode).to.equal(0n);
    await s.fil.compactPartition(MINER, 3n, 2n);
    expect(await location(1n)).to.equal("0x820043822020");
    expect((await s.fil.read(MINER, METHOD.sectorExpiration, encodeCbor(1n))).exitCode).to.equal(17n);
    expect((await is(2n, ACTIVE)).ret).to.equal("0xf5");
  });

  it("can be moved by a compaction", async () => {
    await s.fil.moveSector(MINER, 2n, 0n);
    expect((await is(2n, ACTIVE, 3n, 0n)).ret).to.equal("0xf5");
    expect((await is(2n, ACTIVE)).exitCode).to.equal(17n);
  });

  it("are terminated by the owner's own message", async () => {
    const done = await s.fil.native({ from: OWNER, to: MINER, method: 9n, params: "0x8181830302420c00" });
    expect([done.exitCode, done.ret]).to.deep.equal([16n, "0x"]);
    const real = await s.fil.native({ from: OWNER, to: MINER, method: 9n, params: "0x8181830302423003" });
    expect([real.exitCode, real.ret]).to.deep.equal([16n, "0x"]);
    const one = await s.fil.native({ from: OWNER, to: MINER, method: 9n, params: "0x81818303024118" });
    expect([one.exitCode, one.ret]).to.deep.equal([0n, "0x81f5"]);
    expect((await is(1n, DEAD)).ret).to.equal("0xf5");
  });

  it("are not for strangers to declare", async () => {
    const done = await s.fil.native({ from: STRANGER, to: MINER, method: 10n, params: "0x81818303024118" });
    expect(done.exitCode).to.equal(18n);
    expect((await is(1n, ACTIVE)).ret).to.equal("0xf5");
  });

  it("cost at most what MaxTerminationFee says: 8.5 % of the pledge, or 1.05 fault fees", async () => {
    const fee = async (qa: bigint, pledge: bigint) => {
      const params = encodeCbor([bigIntBytes(qa), bigIntBytes(pledge)]);
      return bigIntFromBytes(decodeCbor((await s.fil.read(MINER, METHOD.maxTerminationFee, params)).ret));
    };
    expect(await fee(20480n, FIL(100))).to.equal(FIL("8.5"));
    // 3.51 days of 100 FIL a day for the whole network, of which this is all.
    await s.fil.setNetworkEstimates(FIL(100) / 2880n, 20480n);
    const faultFee = (FIL(100) / 2880n) * 10_108n;
    const off = (await fee(20480n, 0n)) - (faultFee * 105n) / 100n;
    expect(off >= -2n && off <= 0n).to.equal(true);
    expect(await fee(20480n, FIL(10_000))).to.equal(FIL(850));
  });
});
