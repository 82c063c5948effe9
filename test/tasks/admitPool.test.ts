import { expect } from "chai";
import { Interface } from "ethers";

import { accessManagerAbi, type Hex, jointMiningPoolAbi, powerMarketAbi } from "../../lib/index.ts";
import { admit } from "../../tasks/joint/admit.ts";
import { COIN, COIN_POOL, type FakeFilecoin, HOLDER, MANAGER, MARKET, MULTISIG } from "./support/FakeFilecoin.ts";
import { coinPool, HEAD } from "./support/pools.ts";

const ARGS = { reallyDoIt: false, output: "send", from: undefined, pool: "dUSDX" } as const;
const CALLS = new Interface(accessManagerAbi);
const POOL = new Interface(jointMiningPoolAbi);
const SETTERS = ["setPolicy", "setDepositCap"].map((name) => POOL.getFunction(name)?.selector);
const PAUSE = POOL.getFunction("pauseEntries")?.selector;
/** The clock of the fake is mainnet's. */
const NOW = 1_598_306_400n + HEAD * 30n;
const SEVEN_DAYS = 604_800n;
const SET_COIN = new Interface(powerMarketAbi).encodeFunctionData("setCoin", [COIN, true]);

/** Governance is HOLDER; the pool is new, and nothing is scheduled. */
function governed(readyAt: (target: Hex, index: number) => bigint = () => 0n): FakeFilecoin {
  const chain = coinPool();
  const targets: Hex[] = [];
  Object.assign(chain.replies, {
    hasRole: () => [true, 0n],
    isAllowed: () => false,
    getTargetFunctionRole: () => 0n,
    multicall: () => [],
    // an operation is known by its number, so that its schedule can be told
    hashOperation: (...args: unknown[]) => {
      targets.push(args[1] as Hex);
      return `0x${targets.length.toString(16).padStart(64, "0")}`;
    },
    getSchedule: (id: unknown) => {
      const index = Number(BigInt(id as string)) - 1;
      return readyAt(targets[index] ?? "0x", index);
    },
  });
  return chain;
}

/** What the manager was asked to do, call by call. */
function asked(chain: FakeFilecoin): { name: string | undefined; target: unknown; data: string }[] {
  const [sent] = chain.sent;
  if (sent === undefined || !("data" in sent)) throw new Error("nothing was sent");
  expect(sent.to).to.equal(MANAGER);
  const calls = CALLS.decodeFunctionData("multicall", sent.data).getValue("data") as string[];
  return calls.map((data) => {
    const call = CALLS.parseTransaction({ data });
    return { name: call?.name, target: call?.args[0] as unknown, data: call?.args[1] as string };
  });
}

function managerCall(data: string): { name: string | undefined; args: unknown[] } {
  const call = CALLS.parseTransaction({ data });
  return { name: call?.name, args: call?.args.toArray(true) ?? [] };
}

describe("pool admit", () => {
  it("schedules the roles of the pool's setters and the market's coin, by one call", async () => {
    const chain = governed();
    const run = await chain.runJson(admit, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode, run.error?.message).to.equal(0);
    const calls = asked(chain);
    expect(calls.map(({ name }) => name)).to.deep.equal(Array(4).fill("schedule"));
    expect(calls.map(({ target }) => target)).to.deep.equal([MANAGER, MANAGER, MANAGER, MARKET]);
    expect(calls.slice(0, 3).map(({ data }) => managerCall(data))).to.deep.equal([
      { name: "setTargetFunctionRole", args: [COIN_POOL, SETTERS, 1n] },
      { name: "setTargetFunctionRole", args: [COIN_POOL, [PAUSE], 2n] },
      { name: "setTargetAdminDelay", args: [COIN_POOL, SEVEN_DAYS] },
    ]);
    expect(calls[3]?.data).to.equal(SET_COIN);
  });

  it("carries out what is ready, and leaves what waits", async () => {
    const chain = governed((target) => (target === MARKET ? NOW - 10n : NOW + 100n));
    const run = await chain.runJson(admit, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(asked(chain)).to.deep.equal([{ name: "execute", target: MARKET, data: SET_COIN }]);
  });

  it("changes the setters all at once", async () => {
    const chain = governed((target, index) => (target === MARKET || index === 1 ? NOW + 100n : NOW - 10n));
    const run = await chain.run(admit, ARGS);
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/Everything is scheduled: carry it out from .* UTC on, within a week/);
  });

  it("schedules again what has lapsed", async () => {
    const chain = governed((target) => (target === MARKET ? 0n : NOW - 10n));
    await chain.run(admit, { ...ARGS, reallyDoIt: true });
    expect(asked(chain).map(({ name }) => name)).to.deep.equal(["schedule", "execute", "execute", "execute"]);
  });

  it("says when nothing is left to do", async () => {
    const chain = governed();
    chain.replies.isAllowed = () => true;
    chain.replies.getTargetFunctionRole = (_, selector) => (String(selector) === PAUSE ? 2n : 1n);
    const run = await chain.run(admit, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode).to.equal(0);
    expect(run.text).to.match(/dUSDX is admitted: governance has nothing left to do/);
    expect(chain.sent).to.deep.equal([]);
  });

  it("prints the proposal of a native multisig, or a batch for a Safe", async () => {
    const msig = await governed().runJson(admit, { ...ARGS, output: "lotus", from: MULTISIG.toString() });
    expect(String(msig.plan.commands), msig.error?.message).to.match(
      /^lotus msig propose --from .* 0 3844450837 [0-9a-f]+$/,
    );
    const safe = await governed().runJson(admit, { ...ARGS, output: "safe", from: HOLDER });
    const batch = JSON.parse(String(safe.plan.commands)) as { transactions: { to: string }[] };
    expect(batch.transactions.map(({ to }) => to)).to.deep.equal([MANAGER]);
  });

  it("refuses who does not govern, and the pool that was deployed with its roles", async () => {
    const chain = governed();
    chain.replies.hasRole = () => [false, 0n];
    const run = await chain.run(admit, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.contain(`${HOLDER} does not hold the role of admin: name who governs with --from`);
    expect(chain.sent).to.deep.equal([]);
    expect((await governed().run(admit, { ...ARGS, pool: undefined })).text).to.match(/dFIL was admitted when/);
  });
});
