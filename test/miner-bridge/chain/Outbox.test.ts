import { expect } from "chai";
import { Interface } from "ethers";

import { type Hex, powerOracleAbi } from "../../../lib/index.ts";
import { ForbiddenTargetError, type Sent } from "../../../miner-bridge/chain/index.ts";
import type { Bridge } from "../../../miner-bridge/compose.ts";
import { FEES, ORACLE } from "../support/FakeChain.ts";
import { ADDRESSES, FIL, World } from "../support/bridge.ts";
import { failureOf } from "../support/failure.ts";

const [ME] = ADDRESSES as [string, ...string[]];
const ROOT = `0x${"11".repeat(32)}`;
const abi = new Interface(powerOracleAbi);

describe("the outbox", () => {
  let world: World;
  let bridge: Bridge;

  beforeEach(async () => {
    world = await World.start();
    bridge = await world.bridge("attestor");
  });
  afterEach(() => world.stop());

  /** Wishes to submit for a frame. */
  const wish = (frame = world.chain.frame(), from: Bridge = bridge): Promise<Sent> => {
    const data = abi.encodeFunctionData("submit", [frame, ROOT]) as Hex;
    return from.outbox.send(`submit:${frame}`, { to: ORACLE, data });
  };
  const journal = () =>
    bridge.state.journal.recent(10).map(({ purpose, status }) => `${purpose.split(":")[0]} ${status}`);
  const submits = () => world.chain.executed.filter(({ name }) => name === "submit");

  it("writes what it means to send before the node hears of it", async () => {
    world.node.spoil = (method) =>
      method === "eth_sendRawTransaction" ? { kind: "body", text: "", status: 503 } : undefined;
    await failureOf(wish());
    expect(world.chain.pool.size).to.equal(0);
    expect(journal()).to.deep.equal(["submit open"]);
    world.node.spoil = () => undefined;
    await bridge.outbox.reconcile();
    expect([...world.chain.pool.keys()]).to.deep.equal([bridge.state.journal.open(ME as Hex)[0]?.attempts[0]?.hash]);
  });

  it("sends for one purpose once, and again only after that was lost or failed", async () => {
    expect((await wish()).outcome).to.equal("sent");
    expect((await wish()).outcome).to.equal("waiting");
    world.chain.mine(11n);
    await bridge.outbox.reconcile();
    expect(journal()).to.deep.equal(["submit done"]);
    expect((await wish()).outcome).to.equal("done");
    expect(submits()).to.have.length(1);
  });

  it("does not call a transaction done before enough epochs lie on top of it", async () => {
    await wish();
    world.chain.mine(10n);
    expect((await bridge.outbox.reconcile()).open).to.equal(1);
    world.chain.mine(1n);
    expect((await bridge.outbox.reconcile()).done).to.equal(1);
  });

  it("simulates first, and sends nothing that the contract would refuse", async () => {
    world.chain.lastFrame = world.chain.frame();
    const sent = await wish();
    expect(sent.outcome).to.equal("refused");
    expect(sent.reason).to.match(/^Frame \d+ is over/);
    expect(world.chain.pool.size).to.equal(0);
  });

  it("sends to no contract that it was not set up with", async () => {
    const stranger: Hex = `0x${"99".repeat(20)}`;
    const failure = await failureOf(bridge.outbox.send("x:1", { to: stranger, data: "0x" }));
    expect(failure).to.be.instanceOf(ForbiddenTargetError);
  });

  it("sends no FIL, whatever it sends", async () => {
    await wish();
    expect([...world.chain.pool.values()].map(({ value }) => value)).to.deep.equal([0n]);
  });

  it("replaces what is stuck with the same nonce and a quarter more", async () => {
    world.chain.jammed = true;
    await wish();
    const [first] = [...world.chain.pool.values()];
    world.chain.mine(10n);
    await bridge.outbox.reconcile();
    const [second, ...others] = [...world.chain.pool.values()];
    expect(others).to.have.length(0);
    expect(second?.nonce).to.equal(first?.nonce);
    expect(second?.data).to.equal(first?.data);
    expect(second?.maxPriorityFeePerGas).to.equal((FEES.priorityFee * 125n) / 100n);
    world.chain.jammed = false;
    world.chain.mine(11n);
    expect((await bridge.outbox.reconcile()).done).to.equal(1);
    expect(submits()).to.have.length(1);
  });

  it("does not replace where that would cost more than the limit", async () => {
    const frugal = await world.bridge("attestor", 1, { maxFeePerGas: 1_250 });
    world.chain.jammed = true;
    await wish(undefined, frugal);
    const before = [...world.chain.pool.keys()];
    world.chain.mine(10n);
    await frugal.outbox.reconcile();
    expect([...world.chain.pool.keys()]).to.deep.equal(before);
    expect(world.log.events("transaction.stuck")).to.have.length(1);
  });

  it("sends nothing while gas costs more than the limit", async () => {
    const frugal = await world.bridge("attestor", 1, { maxFeePerGas: 1_000 });
    expect((await wish(undefined, frugal)).outcome).to.equal("expensive");
  });

  it("cancels what is stuck and would be refused by now, by a question that does nothing", async () => {
    world.chain.jammed = true;
    await wish();
    world.chain.lastFrame = world.chain.frame();
    world.chain.mine(10n);
    await bridge.outbox.reconcile();
    world.chain.jammed = false;
    world.chain.mine(11n);
    expect((await bridge.outbox.reconcile()).cancelled).to.equal(1);
    expect(world.chain.executed.map(({ name }) => name)).to.deep.equal(["currentFrame"]);
  });

  it("fills a gap of nonces that holds up everything behind it", async () => {
    world.node.spoil = (method, params) =>
      method === "eth_getTransactionCount" && params[1] === "pending" ? { kind: "result", result: "0x2" } : undefined;
    await wish();
    world.node.spoil = () => undefined;
    for (let round = 0; round < 4; round += 1) {
      world.chain.mine(11n);
      await bridge.outbox.reconcile();
    }
    world.chain.mine(11n);
    expect(world.chain.executed.map(({ name, nonce }) => `${nonce} ${name}`)).to.deep.equal([
      "0 currentFrame",
      "1 currentFrame",
      "2 submit",
    ]);
  });

  it("notices that another process took its nonce, says so, and sends again with the next one", async () => {
    world.chain.jammed = true;
    await wish();
    world.chain.useNonce(ME);
    world.chain.jammed = false;
    world.chain.mine(11n);
    expect((await bridge.outbox.reconcile()).lost).to.equal(1);
    expect(world.log.events("transaction.lost")).to.have.length(1);
    expect((await wish()).outcome).to.equal("sent");
    world.chain.mine();
    expect(submits().map(({ nonce }) => nonce)).to.deep.equal([1]);
  });

  it("calls nothing lost before the other transaction is deep enough", async () => {
    world.chain.jammed = true;
    await wish();
    world.chain.mine(1n);
    world.chain.useNonce(ME);
    expect((await bridge.outbox.reconcile()).open).to.equal(1);
  });

  it("gives more gas after a transaction ran out of it, and gives up after three", async () => {
    world.chain.gasUsed = 100n * FEES.gas;
    const limits: bigint[] = [];
    for (let round = 0; round < 3; round += 1) {
      expect((await wish(10)).outcome).to.equal("sent");
      limits.push(...[...world.chain.pool.values()].map(({ gasLimit }) => gasLimit));
      world.chain.mine(11n);
      expect((await bridge.outbox.reconcile()).failed).to.equal(1);
    }
    expect(limits).to.deep.equal([FEES.gas, (FEES.gas * 3n) / 2n, 2n * FEES.gas]);
    expect(world.log.events("transaction.failed").every((line) => line["outOfGas"] === true)).to.equal(true);
    expect((await wish(10)).outcome).to.equal("givenUp");
  });

  it("says what is missing when the account cannot pay the gas", async () => {
    world.chain.balances.set(ME.toLowerCase(), 1n);
    const sent = await wish();
    expect(sent.outcome).to.equal("unfunded");
    expect(sent.reason).to.contain(ME);
  });

  it("counts what waits when it asks whether the account can pay", async () => {
    const one = FEES.gas * (2n * FEES.baseFee + FEES.priorityFee);
    world.chain.balances.set(ME.toLowerCase(), 2n * one - 1n);
    world.chain.jammed = true;
    expect((await wish(10)).outcome).to.equal("sent");
    expect((await wish(9)).outcome).to.equal("unfunded");
    world.chain.balances.set(ME.toLowerCase(), FIL);
    expect((await wish(9)).outcome).to.equal("sent");
  });

  it("lets only so many wait", async () => {
    const one = await world.bridge("attestor", 1, { maxOpenTransactions: 1 });
    world.chain.jammed = true;
    await wish(10, one);
    expect((await wish(9, one)).outcome).to.equal("full");
  });
});
