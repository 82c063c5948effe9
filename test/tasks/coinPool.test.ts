import { expect } from "chai";

import { parseAddress } from "../../lib/index.ts";
import { buyMachine } from "../../tasks/joint/buyMachine.ts";
import { claim } from "../../tasks/joint/claim.ts";
import { collect } from "../../tasks/joint/collect.ts";
import { deposit } from "../../tasks/joint/deposit.ts";
import { exit } from "../../tasks/joint/exit.ts";
import { history } from "../../tasks/joint/history.ts";
import { info } from "../../tasks/joint/info.ts";
import { status } from "../../tasks/joint/status.ts";
import {
  AUCTION,
  COIN,
  COIN_POOL,
  type FakeFilecoin,
  FIL,
  HOLDER,
  MULTISIG,
  OWNER_KEY,
  POOL,
  STRANGER,
} from "./support/FakeFilecoin.ts";
import {
  CALLS,
  COIN_SHARES,
  coinPool,
  DAY,
  HEAD,
  machine,
  MASKED_OWNER,
  onSale,
  onSaleFor,
  sentCalls,
  ticket,
  USDX,
} from "./support/pools.ts";

const SENDING = { reallyDoIt: false, output: "send", from: undefined, pool: "dUSDX" } as const;
const SOME = { ...SENDING, amount: "25.5", to: undefined } as const;

describe("--pool", () => {
  for (const [what, named] of [
    ["its symbol, in any case", "dusdx"],
    ["its name", "Joint Mining USDX"],
    ["its address", COIN_POOL],
  ] as const) {
    it(`names a pool by ${what}`, async () => {
      const run = await coinPool().runJson(info, { pool: named });
      expect(run.plan, run.error?.message).to.include({ pool: COIN_POOL, symbol: "dUSDX", coin: COIN });
    });
  }

  it("is the pool over FIL where nothing is said, and where dFIL is", async () => {
    expect((await coinPool().runJson(info, { pool: undefined })).plan.pool).to.equal(POOL);
    expect((await coinPool().runJson(info, { pool: "dFIL" })).plan.pool).to.equal(POOL);
  });

  it("refuses what is no pool of this deployment, and tells which there are", async () => {
    const run = await coinPool().run(info, { pool: STRANGER });
    expect(run.exitCode).to.equal(64);
    expect(run.text).to.match(/No pool of this network is called "0x2.*": name one of dFIL, dUSDX, or its address/);
  });
});

describe("pool deposit of a coin", () => {
  it("shows what the sender has, what the pool may take, and both transactions", async () => {
    const chain = coinPool();
    const run = await chain.runJson(deposit, SOME);
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.deep.include({
      amount: "25500000",
      balance: (25n * COIN_SHARES).toString(),
      allowed: "0",
      shares: "25500000000000",
      steps: ["Let the pool dUSDX take 25.5 USDX", "Deposit 25.5 USDX"],
    });
    expect(chain.sent).to.deep.equal([]);
  });

  it("lets the pool take exactly the amount, then deposits it", async () => {
    const chain = coinPool();
    chain.events = [{ contract: COIN_POOL, name: "Deposit", args: [HOLDER, HOLDER, 25_500_000n, 24n * COIN_SHARES] }];
    const run = await chain.run(deposit, { ...SOME, reallyDoIt: true });
    expect(sentCalls(chain), run.text).to.deep.equal([
      { name: "approve", args: [COIN_POOL, 25_500_000n], value: 0n, to: COIN },
      { name: "deposit", args: [25_500_000n, HOLDER], value: 0n, to: COIN_POOL },
    ]);
    expect(run.text).to.match(/shares that came +24 shares/);
  });

  it("needs no second approval where enough is allowed", async () => {
    const chain = coinPool();
    chain.replies.allowance = () => 25_500_000n;
    await chain.run(deposit, { ...SOME, reallyDoIt: true });
    expect(sentCalls(chain).map(({ name }) => name)).to.deep.equal(["deposit"]);
  });

  it("settles in between where nobody has today, which a deposit of a coin does not", async () => {
    const chain = coinPool();
    chain.replies.isSettled = () => false;
    await chain.run(deposit, { ...SOME, reallyDoIt: true });
    expect(sentCalls(chain).map(({ name }) => name)).to.deep.equal(["approve", "settle", "deposit"]);
  });

  it("is not sent when it would bring fewer shares than the plan accepts", async () => {
    const chain = coinPool();
    chain.replies.deposit = (assets: bigint) => (assets * 1_000_000n * 98n) / 100n;
    const run = await chain.run(deposit, { ...SOME, reallyDoIt: true });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/would bring 24\.99 shares, fewer than the 25\.245 shares of the plan/);
    expect(sentCalls(chain).map(({ name }) => name)).to.deep.equal(["approve"]);
  });

  it("reads amounts exactly, and refuses more decimals than the coin has", async () => {
    const chain = coinPool();
    await chain.run(deposit, { ...SOME, amount: "1.000001", reallyDoIt: true });
    expect(sentCalls(chain)[1]?.args[0]).to.equal(1_000_001n);
    const fine = await coinPool().run(deposit, { ...SOME, amount: "1.0000001" });
    expect(fine.exitCode).to.equal(64);
    expect(fine.text).to.match(/is not an amount of USDX: type it like 25 or 1\.5, with 6 decimals at most/);
    expect(await coinPool().run(deposit, { ...SOME, amount: "25 FIL" })).to.include({ exitCode: 64 });
  });

  it("counts in the coin's own decimals, eighteen too", async () => {
    const chain = coinPool();
    Object.assign(chain.replies, {
      decimals: () => 18n,
      balanceOf: () => 100n * FIL,
      MIN_DEPOSIT: () => FIL,
      totalSupply: () => 0n,
    });
    const run = await chain.run(deposit, { ...SOME, reallyDoIt: true });
    expect(sentCalls(chain)[1]?.args[0], run.text).to.equal((51n * FIL) / 2n);
    expect(run.text).to.match(/shares +25\.5 shares/);
  });

  it("refuses less than one unit, and more than the sender has", async () => {
    expect((await coinPool().run(deposit, { ...SOME, amount: "0.5" })).text).to.match(/pay in 1 USDX or more/);
    const chain = coinPool();
    chain.replies.balanceOf = () => 3n * USDX;
    expect((await chain.run(deposit, SOME)).text).to.match(/has only 3 USDX: send it more, or deposit less/);
  });

  it("prints both commands for a native multisig", async () => {
    const run = await coinPool().runJson(deposit, { ...SOME, output: "lotus", from: MULTISIG.toString() });
    expect(run.plan.commands, run.error?.message).to.have.length(2);
    for (const command of run.plan.commands as string[]) expect(command).to.match(/^lotus msig propose --from /);
  });

  it("shows nothing of a coin's symbol that could pass for a line of the plan", async () => {
    const chain = coinPool();
    chain.replies.symbol = () => "USDX\n  ok   checked\u001b[2J";
    const { text } = await chain.run(deposit, SOME);
    expect(text).to.contain("total to pay             25.5 USDX  ok   checked[2J\n");
  });
});

describe("pool exit and claim in a coin", () => {
  it("leaves by exit, which pays the coin, to any form of address", async () => {
    const chain = coinPool();
    const run = await chain.run(exit, { ...SENDING, amount: "all", to: OWNER_KEY.toString(), reallyDoIt: true });
    const [call] = sentCalls(chain);
    expect(call, run.text).to.deep.include({ name: "exit", value: 0n, to: COIN_POOL });
    expect(call?.args.map((value) => String(value).toLowerCase())).to.deep.equal([
      (25n * COIN_SHARES).toString(),
      MASKED_OWNER,
      "24750000",
    ]);
    expect(run.text).to.match(/paid at once +18 USDX/);
  });

  it("estimates the wait by what the expected FIL brought last", async () => {
    // 7 USDX are missing, of 0.5 FIL a day at 6 USDX
    const run = await coinPool({ expectedPerDay: FIL / 2n }).runJson(exit, {
      ...SENDING,
      amount: "all",
      to: undefined,
    });
    expect(run.plan.estimate).to.deep.equal({ leastDays: "2", mostDays: "3" });
  });

  it("takes out so much of the coin, no more exactly than it has decimals", async () => {
    const chain = coinPool();
    await chain.run(exit, { ...SENDING, amount: "10.25", to: undefined, reallyDoIt: true });
    const shares = sentCalls(chain)[0]?.args[0] as bigint;
    expect(shares >= 10_250_000_000_000n && shares <= 10_250_002_000_000n, shares.toString()).to.equal(true);
    expect(await coinPool().run(exit, { ...SENDING, amount: "10.0000001", to: undefined })).to.include({
      exitCode: 64,
    });
  });

  it("names the pool in the command that claims the ticket", async () => {
    const chain = coinPool();
    chain.events = [
      { contract: COIN_POOL, name: "RedeemRequest", args: [HOLDER, HOLDER, 42n, HOLDER, 7n * COIN_SHARES] },
    ];
    chain.replies.ticketOf = () => ticket({ pending: 7n * COIN_SHARES, claimable: 0n, assets: 0n }, USDX);
    const run = await chain.run(exit, { ...SENDING, amount: "all", to: undefined, reallyDoIt: true });
    expect(run.text).to.contain("pool claim 42 --pool dUSDX");
  });

  it("claims by redeem, and warns that a contract may not move coins on", async () => {
    const chain = coinPool();
    chain.replies.ticketOf = () => ticket({}, USDX);
    chain.replies.ticketsOf = () => [42n];
    chain.actors.set(1_040n, { kind: "evm", robust: parseAddress("0x3000000000000000000000000000000000000001") });
    const run = await chain.run(claim, {
      ...SENDING,
      ticket: "42",
      to: "0x3000000000000000000000000000000000000001",
      reallyDoIt: true,
    });
    expect(sentCalls(chain), run.text).to.deep.equal([
      {
        name: "redeem",
        args: [7n * COIN_SHARES, "0x3000000000000000000000000000000000000001", HOLDER],
        value: 0n,
        to: COIN_POOL,
      },
    ]);
    expect(run.text)
      .to.match(/total to be paid +7 USDX/)
      .and.to.match(/not asked whether it can move coins on/);
  });

  it("refuses to pay the coin, the pool or its auction", async () => {
    for (const [id, to] of [
      [1_041n, COIN],
      [1_042n, COIN_POOL],
      [1_043n, AUCTION],
    ] as const) {
      const chain = coinPool();
      chain.actors.set(id, { kind: "evm", robust: parseAddress(to) });
      const run = await chain.run(exit, { ...SENDING, amount: "all", to });
      expect(run.text, to).to.match(/one of the protocol's own contracts/);
    }
  });
});

describe("pool info, status and history of a coin", () => {
  it("tells money in the coin, income in FIL", async () => {
    const chain = coinPool({ unsoldFil: 3n * FIL });
    chain.replies.machineIds = () => [1n];
    chain.replies.machineOf = () => machine({ cost: 80n * USDX, unpaid: 60n * USDX });
    const { text } = await chain.run(info, { pool: "dUSDX" });
    expect(text).to.match(/worth to who enters +1000 USDX/);
    expect(text).to.match(/a share costs +1 USDX/);
    expect(text).to.match(/shares +1000 shares/);
    expect(text).to.match(/expected income a day +0\.5 FIL/);
    expect(text).to.match(/FIL that is not sold yet +3 FIL/);
    expect(text).to.match(/80 USDX +60 USDX +20 FIL +0 FIL/);
  });

  it("tells how the auction stands", async () => {
    const run = await coinPool().runJson(info, { pool: "dUSDX" });
    expect(run.plan).to.deep.include({
      lot: "1",
      price: "5300000",
      left: (30n * FIL).toString(),
      sold: { fil: (8n * FIL).toString(), coins: "48000000" },
      cautiousPrice: "5000000",
    });
  });

  it("shows somebody's share in the coin", async () => {
    const run = await coinPool().run(status, { pool: "dUSDX", address: HOLDER });
    expect(run.text)
      .to.match(/leaving gives +25 USDX/)
      .and.to.match(/of which at once +18 USDX/);
  });

  it("tells what happened, sales of FIL too", async () => {
    const chain = coinPool();
    const at = { contract: COIN_POOL, epoch: Number(HEAD - DAY) };
    chain.past = [
      { ...at, name: "Deposit", args: [HOLDER, HOLDER, 25n * USDX, 25n * COIN_SHARES] },
      { ...at, name: "Settled", args: [1_735n, 3n * FIL, 4n * USDX, 30n * USDX, 29n * USDX] },
      { ...at, contract: AUCTION, name: "LotStarted", args: [1n, 38n * FIL, 10_600_000n, HEAD] },
      { ...at, name: "FilSold", args: [8n * FIL, 48n * USDX] },
    ];
    const { text } = await chain.run(history, { pool: "dUSDX", address: undefined, days: "2" });
    expect(text).to.match(/deposit of 25 USDX for 25 shares/);
    expect(text).to.match(/income 3 FIL, of which 4 USDX paid machines off/);
    expect(text).to.match(/lot 1 began: 38 FIL from 10\.6 USDX a FIL downwards/);
    expect(text).to.match(/sold 8 FIL for 48 USDX/);
  });
});

describe("pool collect for a coin", () => {
  const COLLECT = { ...SENDING, ids: undefined } as const;

  function earning(unsoldFil: bigint): FakeFilecoin {
    const chain = coinPool({ unsoldFil }).addNft(1n, COIN_POOL, { payable: 3n * FIL });
    chain.replies.machineIds = () => [1n];
    return chain;
  }

  it("shows FIL that is not sold, and how its sale begins", async () => {
    const run = await earning(5n * FIL).run(collect, { ...COLLECT, reallyDoIt: true });
    expect(run.text).to.match(/FIL that is not sold yet +5 FIL/);
    expect(run.text).to.contain("Anyone begins its sale with `pool sell-fil --pool dUSDX`");
  });

  it("speaks of no sale where there is less than a lot", async () => {
    const run = await earning(FIL / 2n).run(collect, { ...COLLECT, reallyDoIt: true });
    expect(run.text).not.to.contain("sell-fil");
  });
});

describe("pool buy-machine for a coin", () => {
  const BUY = { ...SENDING, id: "1" } as const;

  it("counts guarantee and bid at the cautious price of FIL", async () => {
    const chain = onSaleFor(50n * USDX);
    const run = await chain.runJson(buyMachine, { ...BUY, reallyDoIt: true });
    expect(run.exitCode, run.error?.message).to.equal(0);
    const text = (name: string): string => run.checks.find((check) => check.name === name)?.text ?? "";
    expect(text("guaranteed")).to.contain("120 FIL, counted as 600 USDX; at least the price, 50 USDX");
    expect(text("bid")).to.match(/the price of 50 USDX is at most the bid, .* FIL, counted as .* USDX/);
    expect(text("daily")).to.equal("50 USDX spent today; at most 100 USDX (10%)");
    const call = CALLS.encodeFunctionData("buyMachine", [1n]);
    expect(chain.sent[0]).to.include({ to: COIN_POOL, data: call });
  });

  it("refuses a price above what the guarantee counts for", async () => {
    const chain = onSaleFor(601n * USDX);
    chain.reverts.buyMachine = ["AboveBid", [1n, 1n, 1n]];
    const run = await chain.runJson(buyMachine, BUY);
    expect(run.checks.find(({ name }) => name === "guaranteed")?.result).to.equal("fail");
  });

  it("refuses what is listed in another coin than the pool's", async () => {
    const forFil = await onSaleFor(50n * USDX).run(buyMachine, { ...BUY, pool: undefined });
    expect(forFil.text).to.match(/NFT 1 is listed for USDX, but the pool dFIL pays FIL: name a pool over USDX/);
    const chain = coinPool();
    Object.assign(chain.replies, onSale().replies);
    expect((await chain.run(buyMachine, BUY)).text).to.match(/listed for FIL, but the pool dUSDX pays USDX/);
  });
});
