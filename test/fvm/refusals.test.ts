import { expect } from "chai";

import { ACTOR_METHODS, type ActorMethod } from "./actorMethods.ts";
import { Random } from "./random.ts";
import { isActorCall, RECORDINGS } from "./recordings.ts";
import { CALL_ACTOR_ID, outputOf, setStage, success, type Answer, type Outcome, type Stage } from "./stage.ts";
import { amountBytes, encode, idBytes, Malformed, toBytes, toHex, type Item } from "./strictCbor.ts";

const MINER = 1000n;
/** THOROUGH=1 cuts every recorded table at every byte and tries more changes: several minutes. */
const THOROUGH = process.env.THOROUGH === "1";
const MUTATIONS = THOROUGH ? 1000 : 150;
const TABLE_MUTATIONS = THOROUGH ? 400 : 50;

/** One call of each method, and recorded answers to it. */
interface Case {
  number: bigint;
  method: ActorMethod;
  args: unknown[];
  answers: string[];
}

const SAMPLE_PARAMS = new Map<bigint, Item>([
  [4127382196n, [amountBytes(20_480n), amountBytes(10n ** 18n)]],
  [348244887n, idBytes(102n)],
  [3010055991n, 1n],
  [3092458564n, [1n, 1n, toBytes("0x820000")]],
  [36284446n, MINER],
  [2643134072n, [toBytes("0x1234"), toBytes("0x5678")]],
  [2280458852n, [amountBytes(10n ** 18n)]],
]);

function answersTo(number: bigint): string[] {
  const answers = RECORDINGS.filter(isActorCall)
    .filter((row) => row.method === number && row.exit === 0n && row.codec === 0x51n)
    .map((row) => row.ret);
  return [...new Set(answers)];
}

const CASES: Case[] = [...ACTOR_METHODS]
  .filter(([, method]) => method.name !== "changeBeneficiary")
  .map(([number, method]) => {
    const params = SAMPLE_PARAMS.get(number);
    const args = method.args(MINER, params === undefined ? "0x" : toHex(encode(params)));
    // No signature was recorded.
    const answers = method.name === "authenticateMessage" ? ["0xf4", "0xf5"] : answersTo(number);
    return { number, method, args, answers };
  });

/** Answers of GetVestingFunds are thousands of bytes long. */
const SHORT = CASES.filter(({ method }) => method.name !== "readVestingTable");

function refusal({ number, method, args }: Case): Outcome {
  const actor = method.name === "minerPower" ? 4n : (args[0] as bigint);
  return { error: "BadAnswer", args: [actor, number] };
}

describe("an answer that the chain would not give", () => {
  let stage: Stage;

  before(async () => {
    stage = await setStage();
  });

  beforeEach(() => stage.reset());

  function caseOf(name: string): Case {
    const one = CASES.find(({ method }) => method.name === name);
    if (one === undefined) throw new Error(`no method ${name}`);
    return one;
  }

  async function expectRefused(one: Case, answers: Answer[]): Promise<void> {
    const outcomes = await stage.callWith(one.method.name, one.args, answers.map(outputOf));
    outcomes.forEach((outcome, i) => {
      expect(outcome, `${one.method.name} of ${JSON.stringify(answers[i]?.ret)}`).to.deep.equal(refusal(one));
    });
  }

  it("has a recorded sound answer to differ from, for every method", () => {
    for (const { method, answers } of CASES) expect(answers, method.name).not.to.be.empty;
  });

  it("is refused when it is an account's empty success", async () => {
    for (const one of CASES) await expectRefused(one, [success("0x")]);
  });

  it("is refused in any other codec", async () => {
    for (const one of CASES) {
      const codecs = [0n, 0x55n, 0x71n, (1n << 64n) - 1n];
      await expectRefused(
        one,
        codecs.map((codec) => ({ exitCode: 0n, codec, ret: one.answers[0] ?? "0x" })),
      );
    }
  });

  it("is refused with the codec of CBOR and no bytes", async () => {
    for (const one of CASES) await expectRefused(one, [{ exitCode: 0n, codec: 0x51n, ret: "0x" }]);
  });

  it("is refused with bytes behind its end", async () => {
    for (const one of CASES) {
      const tails = ["00", "f6", "40", "ff", "00".repeat(32)];
      const longer = one.answers.flatMap((answer) => tails.map((tail) => success(answer + tail)));
      await expectRefused(one, longer);
    }
  });

  it("is refused when it stops early, wherever", async () => {
    for (const one of SHORT) {
      for (const answer of one.answers) {
        const prefixes = Array.from({ length: answer.length / 2 - 1 }, (_, i) => success(answer.slice(0, 2 + 2 * i)));
        await expectRefused(one, prefixes);
      }
    }
  });

  /** Where a table is cut: everywhere in a short one, here and there in a long one unless thorough. */
  function cuts(length: number): [from: number, to: number][] {
    const chunk = 200;
    if (THOROUGH || length < 3000) {
      const chunks = Array.from({ length: Math.ceil(length / chunk) }, (_, i) => i * chunk);
      return chunks.map((from) => [from, Math.min(from + chunk, length)]);
    }
    const between = Array.from({ length: Math.floor(length / 97) }, (_, i) => i * 97 + 48);
    return [[0, 64], ...between.map((at): [number, number] => [at, at + 1]), [length - 64, length]];
  }

  it("is refused when it stops early in a vesting table", async () => {
    const tables = answersTo(1726876304n);
    expect(tables).to.have.length.above(7);
    for (const table of tables) {
      for (const [from, to] of cuts((table.length - 2) / 2)) {
        const outcome = await stage.call("scanPrefixes", [table, MINER, 0n, 20_000n, 24_000n, from, to]);
        expect(outcome, `${from} to ${to}`).to.deep.equal({ values: [0n] });
      }
    }
  }).timeout(1_200_000);

  it("is refused when an amount that cannot be negative is", async () => {
    const one = caseOf("initialPledge");
    await expectRefused(one, ["0x420101", "0x490100000000000000ff", "0x4901f000000000000000"].map(success));
    const minus = success(toHex(encode(amountBytes(-5n * 10n ** 18n))));
    const [outcome] = await stage.callWith("getAvailableBalance", [MINER], [outputOf(minus)]);
    expect(outcome).to.deep.equal({ values: [-5n * 10n ** 18n] });
  });

  it("is refused when an integer or an amount is too large for its type", async () => {
    const amounts = [`0x582200${"01".padEnd(66, "0")}`, `0x582300${"01".padEnd(68, "0")}`, "0x5901000001"];
    for (const name of ["initialPledge", "getAvailableBalance", "withdrawBalance", "maxTerminationFee"]) {
      await expectRefused(caseOf(name), amounts.map(success));
    }
    await expectRefused(caseOf("getAvailableBalance"), [
      success("0x582100" + "80".padEnd(64, "0")),
      success("0x582101" + "ff".repeat(32)),
    ]);
    await expectRefused(caseOf("getNominalSectorExpiration"), [
      success("0x1b8000000000000000"),
      success("0x3b8000000000000000"),
    ]);
    await expectRefused(caseOf("getOwnerAndPending"), [
      success("0x824b00ffffffffffffffffff02f6"),
      success("0x824b00ffffffffffffffffff7ff6"),
    ]);
  });

  it("is taken at the ends of its type", async () => {
    const cases: [string, unknown[], string, unknown[]][] = [
      ["initialPledge", [MINER], "0x582100" + "ff".repeat(32), [(1n << 256n) - 1n]],
      ["initialPledge", [MINER], "0x40", [0n]],
      ["initialPledge", [MINER], "0x581800" + "01".repeat(23), [BigInt("0x" + "01".repeat(23))]],
      ["initialPledge", [MINER], "0x5700" + "01".repeat(22), [BigInt("0x" + "01".repeat(22))]],
      ["getAvailableBalance", [MINER], "0x5821007f" + "ff".repeat(31), [(1n << 255n) - 1n]],
      ["getAvailableBalance", [MINER], "0x5821017f" + "ff".repeat(31), [1n - (1n << 255n)]],
      ["getNominalSectorExpiration", [MINER, 1n], "0x1b7fffffffffffffff", [(1n << 63n) - 1n]],
      ["getNominalSectorExpiration", [MINER, 1n], "0x3b7fffffffffffffff", [-(1n << 63n)]],
      ["getNominalSectorExpiration", [MINER, 1n], "0x20", [-1n]],
      ["getOwner", [MINER], "0x824b00ffffffffffffffffff01f6", [(1n << 64n) - 1n]],
      ["getOwner", [MINER], "0x82420000f6", [0n]],
    ];
    for (const [name, args, ret, values] of cases) {
      const [outcome] = await stage.callWith(name, args, [outputOf(success(ret))]);
      expect(outcome, ret).to.deep.equal({ values });
    }
  });

  it("is refused in any longer form than the shortest", async () => {
    const expirations = ["0x1801", "0x1817", "0x190001", "0x1900ff", "0x1a0000ffff", "0x1b00000000ffffffff", "0x3817"];
    const amounts = [
      "0x4100",
      "0x420000",
      "0x43000001",
      "0x580142",
      "0x5803000001",
      "0x5f42000140ff",
      "0x41ff",
      "0x420201",
    ];
    const owners = [
      "0x9802420066f6",
      "0x9f420066f6ff",
      "0x82430066f6",
      "0x824300e600f6",
      "0x82580200660066f6",
      "0x8241f6f6",
    ];
    const named: [string, string[]][] = [
      ["getNominalSectorExpiration", expirations],
      ["initialPledge", amounts],
      ["getAvailableBalance", amounts],
      ["getOwnerAndPending", owners],
      ["isControllingAddress", ["0xf6", "0xf7", "0xf815", "0x01", "0x00", "0x81f5"]],
    ];
    for (const [name, answers] of named) {
      await expectRefused(caseOf(name), answers.map(success));
    }
  });

  it("is refused when an address is not an id", async () => {
    const addresses = [
      "0x56040a" + "11".repeat(20),
      "0x5501" + "11".repeat(20),
      "0x583103" + "11".repeat(48),
      "0x40",
      "0x4100",
    ];
    const one = caseOf("getOwnerAndPending");
    await expectRefused(
      one,
      addresses.flatMap((address) => {
        const bytes = address.slice(2);
        return [success(`0x82${bytes}f6`), success(`0x82420066${bytes}`)];
      }),
    );
  });

  it("is refused when approving a beneficiary answers with anything", async () => {
    for (const answer of ["0xf5", "0x40", "0x80", "0xf6"]) {
      await stage.onAny(CALL_ACTOR_ID, outputOf(success(answer)));
      const outcome = await stage.call("changeBeneficiary", [MINER, 1004n, 5n, 6n]);
      expect(outcome, answer).to.deep.equal({ error: "BadAnswer", args: [MINER, 1570634796n] });
    }
  });

  it("is refused when the machine's own frame around it is not whole", async () => {
    const whole = outputOf(success("0x82420066f6"));
    const frames = [
      "0x",
      whole.slice(0, 2 + 64 * 3),
      whole.slice(0, 2 + 64 * 4),
      whole.slice(0, 2 + 64 * 4 + 8),
      "0x" + whole.slice(2, 2 + 64 * 2) + (128).toString(16).padStart(64, "0") + whole.slice(2 + 64 * 3),
      "0x" + whole.slice(2, 2 + 64 * 3) + "f".repeat(64) + whole.slice(2 + 64 * 4),
    ];
    const outcomes = await stage.callWith("getOwner", [MINER], frames);
    for (const outcome of outcomes) expect(outcome).to.deep.equal({ error: "BadAnswer", args: [MINER, 3275365574n] });
  });

  it("does not come from a machine without actors", async () => {
    const code = "hardhat_setCode";
    await stage.provider.request({ method: code, params: ["0xfe00000000000000000000000000000000000005", "0x"] });
    const outcome = await stage.call("getOwner", [MINER]);
    expect(outcome).to.deep.equal({ error: "BadAnswer", args: [MINER, 3275365574n] });
  });

  describe("by a random change of a recorded one", () => {
    function mutate(random: Random, answer: string): string {
      const bytes = [...toBytes(answer)];
      for (let i = 0; i <= random.below(2); i++) {
        const at = random.below(bytes.length);
        const kind = random.below(6);
        const byte = bytes[at] ?? 0;
        if (kind === 0) bytes[at] = random.below(256);
        else if (kind === 1) bytes[at] = byte ^ (1 << random.below(8));
        else if (kind === 2) bytes[at] = (byte + (random.chance(2) ? 1 : 255)) % 256;
        else if (kind === 3) bytes.splice(at, 1);
        else if (kind === 4) bytes.splice(at, 0, random.pick([0, 1, 0x40, 0x41, 0x80, 0xf5, 0xf6, random.below(256)]));
        else bytes.splice(at, 1 + random.below(4), ...bytes.slice(0, random.below(4)));
        if (bytes.length === 0) bytes.push(random.below(256));
      }
      return toHex(Uint8Array.from(bytes));
    }

    function decoded(one: Case, answer: string): Outcome {
      try {
        return { values: one.method.values(answer) };
      } catch (error) {
        if (error instanceof Malformed) return refusal(one);
        throw error;
      }
    }

    for (const one of CASES) {
      it(`reads as the independent decoder says, or is refused: ${one.method.name}`, async () => {
        const random = new Random(Number(one.number & 0xffffffffn));
        const count = one.method.name === "readVestingTable" ? TABLE_MUTATIONS : MUTATIONS;
        const mutants = Array.from({ length: count }, () => mutate(random, random.pick(one.answers)));
        const outcomes: Outcome[] = [];
        for (let i = 0; i < mutants.length; i += 50) {
          const outputs = mutants.slice(i, i + 50).map((mutant) => outputOf(success(mutant)));
          outcomes.push(...(await stage.callWith(one.method.name, one.args, outputs)));
        }
        mutants.forEach((mutant, i) => expect(outcomes[i], mutant).to.deep.equal(decoded(one, mutant)));
      }).timeout(600_000);
    }
  });
});
