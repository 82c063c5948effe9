import { expect } from "chai";
import { getAddress as checksummed } from "ethers";

import { ACTOR_METHODS, beneficiaryParams } from "./actorMethods.ts";
import {
  isActorCall,
  RECORDINGS,
  type ActorCallRow,
  type ExternalRow,
  type NativeRow,
  type PrecompileRow,
  type Row,
} from "./recordings.ts";
import { CALL_ACTOR_ID, inputOf, outputOf, setStage, type Answer, type Outcome, type Stage } from "./stage.ts";
import { amountOf, decode, encode, idOf, Malformed, toBytes, toHex, type Item } from "./strictCbor.ts";

const CHANGE_BENEFICIARY = 1570634796n;
const WITHDRAW_BALANCE = 2280458852n;
const GENERATE_SECTOR_LOCATION = 1321604665n;
const SEND = 0n;
const MINER = 1000n;
const FIL = 10n ** 18n;

/** Native numbers of methods that contracts call by other ones. */
const EXPORTED = new Map([
  [30n, CHANGE_BENEFICIARY],
  [16n, WITHDRAW_BALANCE],
]);
const CHANGE_OWNER = 23n;

/** How the answers of methods without a function of their own read, for `decode` of the harness. */
const SHAPES = new Map([
  [3858292296n, "i"], // GetSectorSize
  [3753401894n, "2ab"], // MinerRawPower
  [931722534n, "a"], // NetworkRawPower
  [1987646258n, "i"], // MinerCount
  [196739875n, "i"], // MinerConsensusCount
]);

/** The contracts that recorded, by their EVM addresses: both were actor f01004. */
const RECORDERS = new Map([
  ["0x040ae7f1725e7734ce288f8367e1bb143e90bb3f0512", 1004n],
  ["0x040a5fbdb2315678afecb367f032d93f642f64180aa3", 1004n],
]);

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** The same parameters with the nominee by its id, as our codec names it. */
function withNomineeId(params: string): string {
  const terms = decode(toBytes(params));
  if (!Array.isArray(terms)) throw new Malformed("no terms");
  const [nominee, quota, expiration] = terms;
  if (!(nominee instanceof Uint8Array) || quota === undefined || typeof expiration !== "bigint") {
    throw new Malformed("no terms");
  }
  const id = RECORDERS.get(toHex(nominee)) ?? idOf(nominee);
  return beneficiaryParams(id, amountOf(quota), expiration);
}

/** The numbers in an item, in order. */
function numbers(item: Item): bigint[] {
  if (Array.isArray(item)) return item.flatMap(numbers);
  if (typeof item === "bigint") return [item];
  if (typeof item === "boolean") return [item ? 1n : 0n];
  if (item instanceof Uint8Array) return [amountOf(item)];
  return [];
}

describe("the network's recorded answers", () => {
  let stage: Stage;

  before(async () => {
    stage = await setStage();
  });

  beforeEach(() => stage.reset());

  function expected(row: ActorCallRow, values: () => unknown[]): Outcome {
    if (!row.ok) return { error: "CallRefused", args: [row.target, row.method] };
    if (row.exit !== 0n) return { error: "ActorError", args: [row.target, row.method, row.exit] };
    const decoded = attempt(values);
    return decoded === undefined ? { error: "BadAnswer", args: [row.target, row.method] } : { values: decoded };
  }

  function output(row: ActorCallRow): string | null {
    const answer: Answer = { exitCode: row.exit, codec: row.codec, ret: row.ret };
    return row.ok ? outputOf(answer) : null;
  }

  /** Answers the recorded parameters, and no others, with what was recorded; then asks through the contracts. */
  async function judgeCall(row: ActorCallRow): Promise<void> {
    if (row.method === SEND) return judgeSend(row);
    const params = row.method === CHANGE_BENEFICIARY ? withNomineeId(row.params) : row.params;
    const method = ACTOR_METHODS.get(row.method);
    const args = method && attempt(() => method.args(row.target, params));
    if (method === undefined || args === undefined) return judgeRaw(row);
    const input = inputOf({ method: row.method, readOnly: method.readOnly, params, to: row.target });
    await stage.on(CALL_ACTOR_ID, input, output(row));
    const outcome = expected(row, () => method.values(row.ret));
    expect(await stage.call(method.name, args), method.name).to.deep.equal(outcome);
    if (method.tryName === undefined) return;
    const tried = await stage.call(method.tryName, args);
    if ("values" in outcome) {
      expect(tried, method.tryName).to.deep.equal({ values: [0n, ...outcome.values] });
    } else if (outcome.error === "ActorError") {
      expect("values" in tried && tried.values[0], method.tryName).to.equal(row.exit);
    } else {
      expect(tried, method.tryName).to.deep.equal(outcome);
    }
  }

  async function judgeSend(row: ActorCallRow): Promise<void> {
    const input = inputOf({ method: SEND, value: 5n * FIL, readOnly: false, params: "0x", to: row.target });
    await stage.on(CALL_ACTOR_ID, input, output(row));
    expect(await stage.call("sendToActor", [row.target, 5n * FIL])).to.deep.equal({ values: [] });
    const masked = await stage.call("toAddress", [row.target]);
    const [to] = "values" in masked ? masked.values : [];
    expect(await stage.call("send", [to, 5n * FIL])).to.deep.equal({ values: [] });
  }

  async function judgeRaw(row: ActorCallRow): Promise<void> {
    const readOnly = row.flags === 1n;
    const input = inputOf({ method: row.method, readOnly, params: row.params, to: row.target });
    await stage.on(CALL_ACTOR_ID, input, output(row));
    const asked = await stage.call(readOnly ? "read" : "writeActor", [row.target, row.method, row.params]);
    expect(asked).to.deep.equal(expected(row, () => [row.ret]));
    if (!row.ok || row.exit !== 0n) return;
    const item = decode(toBytes(row.ret));
    const shape = SHAPES.get(row.method);
    if (shape !== undefined) {
      const decoded = await stage.call("decode", [row.ret, Buffer.from(shape)]);
      const values = "values" in decoded ? (decoded.values[0] as bigint[]) : [];
      expect(values.slice(values.length - numbers(item).length)).to.deep.equal(numbers(item));
    } else if (row.method === GENERATE_SECTOR_LOCATION) {
      const [status, aux] = item as [bigint, Uint8Array];
      expect(status <= 2n).to.equal(true);
      expect(decode(aux)).to.be.an("array").with.length(2);
    } else {
      throw new Error(`no handler for method ${row.method.toString()}`);
    }
  }

  /** The chain's own exit code, from what the node said. */
  function exitIn(text: string): bigint {
    const code = /\(RetCode=(\d+)\)/.exec(text)?.[1] ?? /^.*?exit=\[\w+\((\d+)\)\]/.exec(text)?.[1];
    if (code === undefined) throw new Error(`no exit code in ${text}`);
    return BigInt(code);
  }

  /** What the owner did natively, a contract does by another method number and the same bytes. */
  async function judgeNative(row: NativeRow): Promise<void> {
    for (const bytes of [row.params, row.ret]) {
      if (bytes !== "0x") expect(toHex(encode(decode(toBytes(bytes))))).to.equal(bytes);
    }
    const exit = row.exit ?? exitIn(row.error ?? "");
    const method = row.to === "f01000" ? EXPORTED.get(row.method) : undefined;
    if (method !== undefined) {
      const codec = row.ret === "0x" ? 0n : 0x51n;
      const common = { label: row.label, params: row.params, ret: row.ret, ok: true, exit, codec };
      return judgeCall({ ...common, kind: "call", target: MINER, method, flags: 0n });
    }
    if (row.to === "f01000" && row.method === CHANGE_OWNER) {
      const owner = attempt(() => idOf(decode(toBytes(row.params))));
      const outcome = owner === undefined ? { error: "BadAnswer", args: [1n, 2n] } : { values: [[owner]] };
      expect(await stage.call("decode", [row.params, Buffer.from("d")])).to.deep.equal(outcome);
      expect(exit === 0n).to.equal(owner !== undefined);
      return;
    }
    expect(exit).to.equal(0n);
  }

  async function judgeExternal(row: ExternalRow): Promise<void> {
    const address = "0xff000000000000000000000000000000000003e8";
    await stage.provider.request({
      method: "hardhat_setBalance",
      params: [address, "0x" + row.balance.toString(16)],
    });
    expect(await stage.call("balanceOf", [MINER])).to.deep.equal({ values: [row.balance] });
  }

  async function judgePrecompile(row: PrecompileRow): Promise<void> {
    const output = row.ok ? row.out : null;
    if (row.label.startsWith("pre resolve")) {
      const evm = /^0x040a([0-9a-f]{40})$/.exec(row.in)?.[1];
      const id = row.out === "0x" ? 0n : BigInt(row.out);
      if (evm !== undefined) {
        await stage.on(1n, row.in, output);
        expect(await stage.call("resolve", ["0x" + evm])).to.deep.equal({ values: [row.out !== "0x", id] });
      } else if (row.ok) {
        const masked = "0xff" + id.toString(16).padStart(38, "0");
        expect(idOf(toBytes(row.in))).to.equal(id);
        expect(await stage.call("resolve", [masked])).to.deep.equal({ values: [true, id] });
      } else {
        await stage.on(1n, "0x040a" + "22".repeat(20), output);
        expect(await stage.call("resolve", ["0x" + "22".repeat(20)])).to.deep.equal({ values: [false, 0n] });
      }
    } else if (row.label.startsWith("pre delegated")) {
      await stage.on(2n, row.in, output);
      const evm = /^0x040a([0-9a-f]{40})$/.exec(row.out)?.[1];
      const outcome = await stage.call("delegatedAddress", [BigInt(row.in)]);
      const [found, address] = "values" in outcome ? outcome.values : [];
      expect(found).to.equal(evm !== undefined);
      expect(String(address).toLowerCase()).to.equal("0x" + (evm ?? "00".repeat(20)));
    } else if (row.label === "pre call_actor_id by staticcall") {
      const to = "0xfe00000000000000000000000000000000000005";
      const answer = stage.provider.request({ method: "eth_call", params: [{ to, data: row.in }, "latest"] });
      expect(await answer.then(() => true).catch(() => false)).to.equal(row.ok);
    } else {
      throw new Error(`no handler for ${row.label}`);
    }
  }

  async function judgeMasked(recorded: string): Promise<void> {
    const address = checksummed(recorded);
    const id = await stage.call("fromMasked", [address]);
    expect(await stage.call("isMasked", [address])).to.deep.equal({ values: [true] });
    expect(await stage.call("toAddress", "values" in id ? id.values : [])).to.deep.equal({ values: [address] });
  }

  async function judgeReceipt(label: string, receipt: unknown): Promise<void> {
    if (label === "native propose") {
      await stage.onAny(CALL_ACTOR_ID, outputOf({ exitCode: 0n, codec: 0n, ret: "0x" }));
      expect(await stage.call("changeBeneficiary", [MINER, 1004n, FIL, 1n])).to.deep.equal({ values: [] });
    } else if (label === "owner withdraw exhausted") {
      const exitCode = exitIn(String(receipt));
      await stage.onAny(CALL_ACTOR_ID, outputOf({ exitCode, codec: 0n, ret: "0x" }));
      const error = { error: "ActorError", args: [MINER, WITHDRAW_BALANCE, 18n] };
      expect(await stage.call("withdrawBalance", [MINER, FIL])).to.deep.equal(error);
    } else if (label === "native InvokeEVM") {
      const { Return } = receipt as { Return: string };
      expect(decode(Buffer.from(Return, "base64")))
        .to.be.instanceOf(Uint8Array)
        .with.length(0);
    } else {
      throw new Error(`no handler for ${label}`);
    }
  }

  function judge(row: Row): Promise<void> {
    if (isActorCall(row)) return judgeCall(row);
    if ("kind" in row) return row.kind === "native" ? judgeNative(row) : judgeMasked(row.to);
    if ("codehash" in row) return judgeExternal(row);
    if ("in" in row) return judgePrecompile(row);
    if ("receipt" in row) return judgeReceipt(row.label, row.receipt);
    return judgeMasked(row.who.replace(/,.*/, ""));
  }

  it("are all there", () => {
    expect(RECORDINGS).to.have.length(266);
  });

  RECORDINGS.forEach((row, i) => {
    it(`${i}: ${row.label}`, () => judge(row));
  });
});
