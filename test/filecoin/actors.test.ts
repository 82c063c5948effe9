import { expect } from "chai";
import { getAddress } from "ethers";

import { bigIntBytes, bytes, encodeCbor, idBytes } from "./cbor.ts";
import { FIL, INVOKE_EVM, maskedAddress, POWER_ACTOR, rawOf } from "./index.ts";
import { address, code, METHOD, MINER, OWNER, PROBE, setting, type Setting, STRANGER } from "./setup.ts";

const NOBODY = "0x1111111111111111111111111111111111111111";

describe("simulated actors", () => {
  let s: Setting;
  const resolve = (raw: string) => s.probe.precompile(1, raw);

  beforeEach(async () => {
    s = await setting();
  });

  it("have ids that the resolver knows", async () => {
    expect(BigInt((await resolve(rawOf(s.probe.address))) ?? 0)).to.equal(PROBE);
    expect(BigInt((await resolve(rawOf(MINER))) ?? 0)).to.equal(MINER);
  });

  it("do not exist where the chain saw nothing", async () => {
    expect(await resolve(rawOf(NOBODY))).to.equal("0x");
    expect(await resolve("0x09ff")).to.equal(undefined);
    expect(code(await s.probe.peek(987654n, METHOD.getOwner))).to.equal(-6n);
  });

  it("get an id that stays, once an address has been used", async () => {
    await s.fil.setBalance(NOBODY, 1n);
    const id = await s.fil.idOf(NOBODY);
    expect(id).to.be.a("bigint");
    expect(BigInt((await resolve(rawOf(NOBODY))) ?? 0)).to.equal(id);
    const back = await s.probe.precompile(2, "0x" + (id ?? 0n).toString(16).padStart(64, "0"));
    expect(back).to.equal(rawOf(NOBODY));
  });

  it("have a delegated address only if they are Ethereum's", async () => {
    const of = (id: bigint) => s.probe.precompile(2, "0x" + id.toString(16).padStart(64, "0"));
    expect(await of(PROBE)).to.equal(rawOf(s.probe.address).toLowerCase());
    expect(await of(MINER)).to.equal("0x");
  });

  it("answer any exported method with nothing if they are accounts", async () => {
    expect(await s.probe.peek(OWNER, METHOD.getOwner)).to.deep.equal({ exitCode: 0n, codec: 0n, ret: "0x" });
  });

  it("keep their internal methods from contracts", async () => {
    expect(await s.probe.peek(MINER, 2n)).to.equal(undefined);
    expect(code(await s.probe.peek(MINER, 1024n))).to.equal(18n);
    expect(code(await s.probe.peek(MINER, 1n << 25n))).to.equal(22n);
  });

  it("know their messages by number: 16 without parameters, 21 with unreadable ones, 18 from a stranger, 22 unknown", async () => {
    const say = async (method: bigint, params = "0x"): Promise<bigint> =>
      (await s.fil.native({ from: STRANGER, to: MINER, method, params })).exitCode;
    expect(await say(17n)).to.equal(16n);
    expect(await say(17n, "0xff")).to.equal(21n);
    expect(await say(22n, "0xff")).to.equal(16n);
    expect(await say(14n, "0x820000")).to.equal(18n);
    expect(await say(24n, "0x8200")).to.equal(21n);
    expect(await say(27n)).to.equal(22n);
  });

  it("take FIL by method 0 without any code running", async () => {
    await s.fil.setBalance(s.probe.address, FIL(3));
    for (const id of [MINER, OWNER, PROBE]) {
      expect(code(await s.probe.call(id, 0n, "0x", { value: FIL(1) }))).to.equal(0n);
    }
    expect(await s.fil.balanceOf(MINER)).to.equal(FIL(1001));
    expect(await s.fil.balanceOf(s.probe.address)).to.equal(FIL(1));
  });

  it("come to be by a send to an address that nobody has", async () => {
    await s.fil.setBalance(s.probe.address, FIL(3));
    const raw = "0x03" + "55".repeat(48);
    expect(code(await s.probe.call(raw, 0n, "0x", { value: FIL(1) }))).to.equal(0n);
    const id = await s.fil.idOf({ raw });
    expect(await s.fil.balanceOf(id ?? 0n)).to.equal(FIL(1));
  });

  it("get no more than the caller has", async () => {
    expect(code(await s.probe.call(OWNER, 0n, "0x", { value: FIL(1) }))).to.equal(-5n);
  });

  it("give the value back when the call fails", async () => {
    await s.fil.setBalance(s.probe.address, FIL(3));
    expect(code(await s.probe.call(MINER, 1n << 25n, "0x", { value: FIL(1) }))).to.equal(22n);
    expect(await s.fil.balanceOf(s.probe.address)).to.equal(FIL(3));
  });

  it("refuse value where nothing may be written", async () => {
    await s.fil.setBalance(s.probe.address, FIL(3));
    expect(code(await s.probe.peek(OWNER, 0n, "0x", { value: 1n }))).to.equal(-13n);
    expect(code(await s.probe.peekStatic(OWNER, 0n, "0x", { value: 1n }))).to.equal(-13n);
  });

  it("refuse EVM calls if they are miners, and take them if they are accounts", async () => {
    await s.fil.setBalance(s.probe.address, FIL(3));
    expect((await s.probe.evmCall(maskedAddress(MINER), FIL(1))).ok).to.equal(false);
    expect((await s.probe.evmCall(maskedAddress(OWNER), FIL(1))).ok).to.equal(true);
  });

  it("authenticate their own signatures alone", async () => {
    const signature = await s.fil.sign(OWNER, "0x1234");
    const params = (text: string) => encodeCbor([bytes(signature), bytes(text)]);
    expect((await s.fil.read(OWNER, METHOD.authenticate, params("1234"))).ret).to.equal("0xf5");
    expect((await s.fil.read(OWNER, METHOD.authenticate, params("1235"))).exitCode).to.equal(16n);
    expect((await s.fil.read(STRANGER, METHOD.authenticate, params("1234"))).exitCode).to.equal(16n);
  });

  it("have power only if they are miners", async () => {
    expect((await s.fil.read(POWER_ACTOR, METHOD.minerPower, encodeCbor(OWNER))).exitCode).to.equal(17n);
  });

  it("become miners by CreateMiner, with the deposit locked", async () => {
    await s.fil.setCreation(FIL(10), 77n);
    const who = bytes(rawOf(STRANGER));
    const params = encodeCbor([who, who, 5n, new Uint8Array(), []]);
    const poor = await s.fil.native({ from: STRANGER, to: POWER_ACTOR, method: 2n, value: FIL(9), params });
    expect(poor.exitCode).to.equal(19n);
    const id = await s.fil.newId();
    await s.fil.native({ from: STRANGER, to: POWER_ACTOR, method: 2n, value: FIL(15), params });
    const { balance, locked, available } = await s.fil.ledgerOf(id);
    expect([balance, locked, available]).to.deep.equal([FIL(15), FIL(10), FIL(5)]);
    const withdrawn = await s.fil.native({
      from: STRANGER,
      to: id,
      method: 16n,
      params: encodeCbor([bigIntBytes(FIL(5))]),
    });
    expect(withdrawn.exitCode).to.equal(0n);
  });

  it("show a contract the masked id of the f3 account that calls it", async () => {
    await s.probe.teach("0x19ff1d21", false, "0xabcd");
    const done = await s.fil.native({ from: OWNER, to: s.probe.address, method: INVOKE_EVM, params: "0x4419ff1d21" });
    expect(done).to.deep.equal({ exitCode: 0n, codec: 0x51n, ret: "0x42abcd" });
    expect((await s.probe.lastCall())[0]).to.equal(getAddress(maskedAddress(OWNER)));
  });

  it("act through a multisig when enough have signed", async () => {
    const msig = await s.fil.createMultisig({ signers: [OWNER, STRANGER], threshold: 2n });
    await s.fil.native({ from: OWNER, to: MINER, method: 23n, params: address(msig) });
    const proposal = encodeCbor([idBytes(MINER), bigIntBytes(0n), 23n, bytes(address(msig))]);
    expect((await s.fil.native({ from: OWNER, to: msig, method: 2n, params: proposal })).ret).to.equal("0x8400f40040");
    expect((await s.fil.native({ from: OWNER, to: msig, method: 3n, params: "0x820040" })).exitCode).to.equal(18n);
    expect((await s.fil.native({ from: STRANGER, to: msig, method: 3n, params: "0x820040" })).ret).to.equal(
      "0x83f50040",
    );
    expect((await s.fil.read(MINER, METHOD.getOwner)).ret).to.equal(encodeCbor([idBytes(msig), null]));
  });

  it("send FIL out of a multisig", async () => {
    const msig = await s.fil.createMultisig({ signers: [OWNER], threshold: 1n, balance: FIL(3) });
    const before = await s.fil.balanceOf(STRANGER);
    const proposal = encodeCbor([idBytes(STRANGER), bigIntBytes(FIL(2)), 0n, new Uint8Array()]);
    expect((await s.fil.native({ from: OWNER, to: msig, method: 2n, params: proposal })).ret).to.equal("0x8400f50040");
    expect((await s.fil.balanceOf(STRANGER)) - before).to.equal(FIL(2));
  });

  it("keep 30 seconds between all blocks, whoever mines them", async () => {
    const time = async (epoch: bigint) => {
      const params = ["0x" + epoch.toString(16), false];
      const block = await s.fil.provider.request({ method: "eth_getBlockByNumber", params });
      return BigInt((block as { timestamp: string }).timestamp);
    };
    const start = await s.fil.epoch();
    await s.fil.mine(100n);
    await Promise.all([s.probe.call(OWNER, 0n), s.probe.call(OWNER, 0n)]);
    await s.fil.provider.request({ method: "evm_mine", params: [] });
    await s.fil.mine(5n);
    const end = await s.fil.epoch();
    expect(end - start).to.equal(108n);
    expect((await time(end)) - (await time(start))).to.equal(108n * 30n);
  });
});
