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
import { account, FakeFilecoin, FIL, HOLDER, MULTISIG, OWNER_KEY, POOL, STRANGER } from "./support/FakeFilecoin.ts";
import {
  CALLS,
  DAY,
  HEAD,
  MASKED_OWNER,
  NOBODY,
  SHARES,
  machine,
  onSale,
  pool,
  sentCalls,
  ticket,
} from "./support/pools.ts";

const SENDING = { reallyDoIt: false, output: "send", from: undefined, pool: undefined } as const;
describe("pool deposit", () => {
  const DEPOSIT = { ...SENDING, amount: "25", to: undefined } as const;

  it("shows shares, fee and what leaving at once would give, before anything is signed", async () => {
    const chain = pool();
    const run = await chain.runJson(deposit, DEPOSIT);
    expect(run.exitCode, run.error?.message).to.equal(0);
    const gross = (25n * SHARES * (918n * FIL + 25n * FIL + 1n)) / (1_025n * SHARES + 1_000_000n);
    const fee = (gross * 10n + 9_999n) / 10_000n;
    expect(run.plan).to.include({
      amount: (25n * FIL).toString(),
      shares: (25n * SHARES).toString(),
      depositFee: "0",
      leavingNow: (gross - fee).toString(),
      leavingFee: fee.toString(),
    });
    expect(run.tx).to.equal(null);
    expect(chain.sent).to.deep.equal([]);
  });

  it("sends native FIL in one transaction without any approval, and accepts 1 % fewer shares than shown at most", async () => {
    const chain = pool();
    chain.events = [{ contract: POOL, name: "Deposit", args: [HOLDER, HOLDER, 25n * FIL, 24n * SHARES] }];
    const run = await chain.run(deposit, { ...DEPOSIT, reallyDoIt: true });
    expect(sentCalls(chain)).to.deep.equal([
      { name: "depositFil", args: [HOLDER, (25n * SHARES * 99n) / 100n], value: 25n * FIL, to: POOL },
    ]);
    expect(run.text).to.match(/shares that came +24 shares/);
  });

  it("gives the shares to any form of address", async () => {
    const chain = pool();
    await chain.run(deposit, { ...DEPOSIT, to: OWNER_KEY.toString(), reallyDoIt: true });
    expect(String(sentCalls(chain)[0]?.args[0]).toLowerCase()).to.equal(MASKED_OWNER);
  });

  it("refuses to give shares to a miner, or to the pool itself", async () => {
    expect((await pool().run(deposit, { ...DEPOSIT, to: "f01000" })).text).to.match(/f01000 is a miner/);
    const chain = pool();
    chain.actors.set(1_032n, { kind: "evm", robust: parseAddress(POOL) });
    expect((await chain.run(deposit, { ...DEPOSIT, to: POOL })).text).to.match(/one of the protocol's own contracts/);
  });

  it("reads amounts as Lotus does, and says how to type them", async () => {
    const chain = pool();
    await chain.run(deposit, { ...DEPOSIT, amount: "1500000000000000000afil", reallyDoIt: true });
    expect(sentCalls(chain)[0]?.value).to.equal((3n * FIL) / 2n);
    const run = await pool().run(deposit, { ...DEPOSIT, amount: "lots" });
    expect(run.exitCode).to.equal(64);
    expect(run.text).to.match(/"lots" is not an amount: type a number of FIL/);
  });

  it("refuses less than 1 FIL, and more than the sender has", async () => {
    const little = await pool().run(deposit, { ...DEPOSIT, amount: "0.5" });
    expect(little.exitCode).to.equal(1);
    expect(little.text).to.match(/0\.5 FIL is less than the least deposit: pay in 1 FIL or more/);
    const chain = pool();
    chain.balance = 3n * FIL;
    expect((await chain.run(deposit, DEPOSIT)).text).to.match(/has only 3 FIL: send it more, or deposit less/);
  });

  it("says that the figures move where the pool was not settled today", async () => {
    const chain = pool();
    chain.replies.isSettled = () => false;
    expect((await chain.run(deposit, DEPOSIT)).text).to.match(/The figures are as of .*settles the pool first/);
  });

  it("explains what the pool refuses", async () => {
    const chain = pool();
    chain.reverts.depositFil = ["EntriesArePaused", [5_002_000n]];
    const run = await chain.run(deposit, { ...DEPOSIT, reallyDoIt: true });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/Deposits and purchases are paused: try again after .*Who is in can leave/);
    expect(chain.sent).to.deep.equal([]);
  });

  it("prints the command for a Lotus wallet, and for a multisig", async () => {
    const wallet = await pool().runJson(deposit, { ...DEPOSIT, output: "lotus", from: OWNER_KEY.toString() });
    expect(String(wallet.plan.commands)).to.match(/^lotus send --from f15ihq5.* --params-hex [0-9a-f]+ 0x10.*07 25$/);
    const multisig = await pool().runJson(deposit, { ...DEPOSIT, output: "lotus", from: MULTISIG.toString() });
    expect(String(multisig.plan.commands)).to.match(/^lotus msig propose --from /);
  });
});

describe("a Safe", () => {
  const DEPOSIT = { ...SENDING, amount: "25", to: undefined, output: "safe" } as const;

  it("is given a batch of all transactions, to be loaded into its Transaction Builder", async () => {
    const run = await pool().runJson(deposit, { ...DEPOSIT, from: STRANGER });
    expect(run.exitCode, run.error?.message).to.equal(0);
    const [batch = "{}"] = run.plan.commands as string[];
    expect(JSON.parse(batch)).to.deep.include({
      version: "1.0",
      chainId: "31415926",
      meta: { name: "Deposit 25 FIL into the pool dFIL", createdFromSafeAddress: STRANGER },
    });
    const { transactions } = JSON.parse(batch) as { transactions: { to: string; value: string; data: string }[] };
    expect(transactions).to.have.length(1);
    expect(transactions[0]).to.include({ to: POOL, value: (25n * FIL).toString() });
    expect(CALLS.parseTransaction({ data: transactions[0]?.data ?? "0x" })?.args[0]).to.equal(STRANGER);
  });

  it("has to be named, and nothing is sent for it", async () => {
    expect((await pool().run(deposit, { ...DEPOSIT, from: undefined })).text).to.match(/Say which Safe sends it/);
    expect((await pool().run(deposit, { ...DEPOSIT, from: OWNER_KEY.toString() })).exitCode).to.equal(64);
    const chain = pool();
    const run = await chain.run(deposit, { ...DEPOSIT, from: STRANGER, reallyDoIt: true });
    expect(run).to.include({ exitCode: 64 });
    expect(chain.sent).to.deep.equal([]);
  });
});

describe("pool exit", () => {
  const EXIT = { ...SENDING, amount: "all", to: undefined } as const;

  it("says what is paid now, the ticket, and the estimated wait", async () => {
    const run = await pool().run(exit, EXIT);
    expect(run.exitCode, run.text).to.equal(0);
    expect(run.text).to.match(/paid at once +18 FIL/);
    expect(run.text).to.match(/ticket +for 7 FIL, estimate 14 to 18 days/);
  });

  it("accepts 1 % less than is shown, and names the ticket that it got", async () => {
    const chain = pool();
    chain.events = [
      { contract: POOL, name: "Withdraw", args: [HOLDER, HOLDER, HOLDER, 18n * FIL, 18n * SHARES] },
      { contract: POOL, name: "RedeemRequest", args: [HOLDER, HOLDER, 42n, HOLDER, 7n * SHARES] },
    ];
    chain.replies.ticketOf = () => ticket({ pending: 7n * SHARES, claimable: 0n, assets: 0n });
    const run = await chain.run(exit, { ...EXIT, reallyDoIt: true });
    expect(sentCalls(chain)).to.deep.equal([
      { name: "exitToFil", args: [25n * SHARES, HOLDER, (25n * FIL * 99n) / 100n], value: 0n, to: POOL },
    ]);
    expect(run.text).to.match(/paid now +18 FIL/);
    expect(run.text).to.match(/ticket +42 for about 7 FIL, estimate 14 to 18 days/);
    expect(run.text).to.contain("pool claim 42");
  });

  it("takes out so much FIL, and no attoFIL less", async () => {
    const chain = pool();
    await chain.run(exit, { ...EXIT, amount: "10", reallyDoIt: true });
    const shares = sentCalls(chain)[0]?.args[0] as bigint;
    expect(shares >= 10n * SHARES && shares <= 10n * SHARES + 1_000_000n).to.equal(true);
    expect((await pool().run(exit, { ...EXIT, amount: "10" })).text).to.match(/ticket +none: all is paid at once/);
  });

  it("counts those who wait already", async () => {
    const chain = pool({ waiting: 100n * SHARES, cash: 0n });
    chain.replies.previewExit = (shares: bigint) => [0n, shares, shares / 1_000_000n];
    const run = await chain.runJson(exit, EXIT);
    expect(run.plan.estimate).to.deep.equal({ leastDays: "250", mostDays: "313" });
  });

  it("promises no time where no income is expected", async () => {
    const run = await pool({ expectedPerDay: 0n }).runJson(exit, EXIT);
    expect(run.plan.estimate).to.deep.equal({ leastDays: null, mostDays: null });
    expect((await pool({ expectedPerDay: 0n }).run(exit, EXIT)).text).to.match(/paid when others deposit/);
  });

  it("refuses who has nothing, too much, and too little", async () => {
    const nothing = pool();
    nothing.replies.balanceOf = () => 0n;
    expect((await nothing.run(exit, EXIT)).text).to.match(/You hold no shares of the pool/);
    expect((await pool().run(exit, { ...EXIT, amount: "26" })).text).to.match(/worth 25 FIL now: take out that much/);
    expect((await pool().run(exit, { ...EXIT, amount: "0.2" })).text).to.match(/less than the least that leaves/);
  });
});

describe("pool claim", () => {
  const CLAIM = { ...SENDING, ticket: "42", to: undefined } as const;

  it("pays what the ticket was paid, to any address", async () => {
    const chain = pool();
    chain.replies.ticketOf = () => ticket();
    chain.replies.ticketsOf = () => [42n];
    await chain.run(claim, { ...CLAIM, to: "f0102", reallyDoIt: true });
    const [call] = sentCalls(chain);
    expect(call?.name).to.equal("redeemToFil");
    expect(call?.args.map((value) => String(value).toLowerCase())).to.deep.equal([
      (7n * SHARES).toString(),
      MASKED_OWNER,
      HOLDER.toLowerCase(),
    ]);
  });

  it("claims older tickets along, which the pool pays first", async () => {
    const chain = pool();
    chain.replies.ticketOf = (id: bigint) =>
      id === 42n ? ticket() : ticket({ claimable: 2n * SHARES, assets: 2n * FIL });
    chain.replies.ticketsOf = () => [40n, 42n, 43n];
    const run = await chain.runJson(claim, { ...CLAIM, reallyDoIt: true });
    expect(run.plan).to.include({ ticket40: (2n * FIL).toString(), amount: (9n * FIL).toString() });
    expect(sentCalls(chain)[0]?.args[0]).to.equal(9n * SHARES);
  });

  it("refuses an unknown ticket, one of somebody else, one that waits, and a bad number", async () => {
    expect((await pool().run(claim, CLAIM)).text).to.match(/There is no ticket 42/);
    const other = pool();
    other.replies.ticketOf = () => ticket({ controller: STRANGER });
    expect((await other.run(claim, CLAIM)).text).to.match(/Ticket 42 belongs to .*: send from there with --from/);
    const waits = pool();
    waits.replies.ticketOf = () => ticket({ claimable: 0n, assets: 0n, pending: 7n * SHARES });
    expect((await waits.run(claim, CLAIM)).text).to.match(/was not paid yet \(estimate: 14 to 18 days\)/);
    const bad = await pool().run(claim, { ...CLAIM, ticket: "x" });
    expect(bad.exitCode).to.equal(64);
    expect(bad.text).to.match(/"x" is not the number of a ticket: type it like 42/);
  });
});

describe("pool status", () => {
  it("shows shares, what they bring, and tickets", async () => {
    const chain = pool();
    chain.replies.ticketsOf = () => [42n];
    chain.replies.ticketOf = () =>
      ticket({ pending: 5n * SHARES, ahead: SHARES, claimable: 2n * SHARES, assets: 2n * FIL });
    const run = await chain.runJson(status, { pool: undefined, address: HOLDER });
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.include({ shares: (25n * SHARES).toString(), worth: (25n * FIL).toString(), part: "250" });
    expect(run.plan.tickets).to.deep.equal([
      {
        number: "42",
        pending: (5n * SHARES).toString(),
        ahead: SHARES.toString(),
        claimable: (2n * FIL).toString(),
        leastDays: "14",
        mostDays: "18",
      },
    ]);
    expect((await chain.run(status, { pool: undefined, address: HOLDER })).text).to.contain("pool claim 42");
  });

  it("is about the sender where nobody is named, and asks who where there is none", async () => {
    const run = await pool().runJson(status, { pool: undefined, address: undefined });
    expect(run.plan.holder).to.equal(HOLDER);
    const chain = pool();
    chain.accounts = [];
    expect(await chain.run(status, { pool: undefined, address: undefined })).to.include({ exitCode: 64 });
  });

  it("knows somebody by a native address", async () => {
    const run = await pool().runJson(status, { pool: undefined, address: OWNER_KEY.toString() });
    expect(String(run.plan.holder).toLowerCase()).to.equal(MASKED_OWNER);
  });
});

describe("pool info", () => {
  it("shows both prices, cash, queue, policy and machines", async () => {
    const chain = pool();
    chain.replies.machineIds = () => [1n];
    chain.replies.machineOf = () => machine();
    const run = await chain.runJson(info, { pool: undefined });
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.include({
      upper: (1_000n * FIL).toString(),
      lower: (918n * FIL).toString(),
      cash: (18n * FIL).toString(),
      utilisation: "3000",
      waiting: "0",
    });
    expect(run.plan.machines).to.have.length(1);
    expect((await chain.run(info, { pool: undefined })).text).to.match(/spends on machines in a day, at most +10%/);
  });

  it("warns while entries are paused", async () => {
    const chain = pool();
    chain.replies.entriesPausedUntil = () => HEAD + DAY;
    expect((await chain.run(info, { pool: undefined })).text).to.match(/paused until .*; who is in can leave/);
  });
});

describe("pool history", () => {
  const past = [
    { epoch: 4_999_000, contract: POOL, name: "Deposit", args: [HOLDER, HOLDER, 25n * FIL, 25n * SHARES] },
    { epoch: 4_999_100, contract: POOL, name: "Deposit", args: [STRANGER, STRANGER, 5n * FIL, 5n * SHARES] },
    { epoch: 4_999_200, contract: POOL, name: "Settled", args: [1_735n, 3n * FIL, FIL, 30n * FIL, 29n * FIL] },
  ];

  it("tells what happened, oldest first", async () => {
    const chain = pool();
    chain.past = past;
    const { text } = await chain.run(history, { pool: undefined, address: undefined, days: "7" });
    expect(text).to.match(/4999000 +deposit of 25 FIL for 25 shares/);
    expect(text).to.match(/4999200 +booked: income 3 FIL, of which 1 FIL paid machines off/);
  });

  it("tells what one person did", async () => {
    const chain = pool();
    chain.past = past;
    const run = await chain.runJson(history, { pool: undefined, address: STRANGER, days: "7" });
    expect(run.plan.history).to.deep.equal([
      {
        epoch: "4999100",
        name: "Deposit",
        sender: STRANGER,
        owner: STRANGER,
        assets: (5n * FIL).toString(),
        shares: (5n * SHARES).toString(),
      },
    ]);
  });

  it("asks for no epoch that the node does not show yet", async () => {
    const chain = pool();
    chain.past = past;
    expect(await chain.run(history, { pool: undefined, address: undefined, days: "1" })).to.include({ exitCode: 0 });
  });

  it("looks back as far as it is told, and refuses what is no number of days", async () => {
    const chain = pool();
    chain.past = past.slice(0, 1).map((event) => ({ ...event, epoch: Number(HEAD - 8n * DAY) }));
    expect((await chain.run(history, { pool: undefined, address: undefined, days: "7" })).text).to.match(
      /nothing happened/,
    );
    expect((await chain.run(history, { pool: undefined, address: undefined, days: "9" })).text).to.match(
      /deposit of 25 FIL/,
    );
    expect((await chain.run(history, { pool: undefined, address: undefined, days: "0" })).exitCode).to.equal(64);
  });
});

describe("pool buy-machine", () => {
  const BUY = { ...SENDING, id: "1" } as const;
  const NAMES = [
    ...["sale", "machines", "tickets", "weight", "arrears", "sold", "term", "guaranteed", "cover", "bid"],
    ...["daily", "cash", "utilisation", "provider"],
  ];

  it("shows every rule of the policy with its figures, and buys when all hold", async () => {
    const chain = onSale();
    const run = await chain.runJson(buyMachine, { ...BUY, reallyDoIt: true });
    expect(run.exitCode, run.error?.message).to.equal(0);
    const checks = run.checks.filter(({ name }) => NAMES.includes(name));
    expect(checks.map(({ name }) => name)).to.deep.equal(NAMES);
    for (const { name, result, text } of checks) expect(result, `${name}: ${text}`).to.equal("pass");
    expect(checks.find(({ name }) => name === "guaranteed")?.text).to.contain("120 FIL; at least the price, 50 FIL");
    expect(sentCalls(chain)).to.deep.equal([{ name: "buyMachine", args: [1n], value: 0n, to: POOL }]);
  });

  it("counts the bid as the contract does: the lower of expected and realised income", async () => {
    const chain = onSale();
    chain.replies.minerAccount = () => account({ lastSync: 4_900_100n + 30n * DAY });
    const { checks } = await chain.runJson(buyMachine, BUY);
    // 20 FIL in thirty days, 80 % of it for the rest of the term; what the network expects is 0.47 FIL a day
    const perDay = ((FIL / 2n) * 9_400n) / 10_000n;
    const realised = (20n * FIL) / 30n;
    const least = perDay < realised ? perDay : realised;
    const bid = (least * (6_048_000n - HEAD) * 8_000n) / (DAY * 10_000n);
    expect(checks.find(({ name }) => name === "bid")?.text).to.contain(`the bid, ${bid / FIL}.`);
  });

  for (const [what, name, chain] of [
    ["the price is above the bid", "bid", slowlyEarning()],
    ["the price is above the guarantee", "guaranteed", onSale(121n * FIL)],
    ["it is too much for a day", "daily", onSale(101n * FIL)],
    ["too much would be of one provider", "provider", withMachine(170n * FIL)],
    ["people wait to leave", "tickets", onSale(50n * FIL, { waiting: SHARES })],
    ["cash runs low", "cash", onSale(50n * FIL, { cash: 90n * FIL, machinesUpper: 910n * FIL })],
    ["too much would lie in machines", "utilisation", onSale(50n * FIL, { openCost: 760n * FIL })],
  ] as const) {
    it(`refuses before anything is signed when ${what}`, async () => {
      chain.reverts.buyMachine = ["AboveBid", [1n, 1n, 1n]];
      const run = await chain.runJson(buyMachine, { ...BUY, reallyDoIt: true });
      expect(run.exitCode).to.equal(1);
      expect(run.checks.find((check) => check.name === name)?.result).to.equal("fail");
      expect(chain.sent).to.deep.equal([]);
    });
  }

  it("counts what was spent today", async () => {
    const chain = onSale();
    const epoch = Number(HEAD - (HEAD % DAY)) + 1;
    chain.past = [{ epoch, contract: POOL, name: "MachineBought", args: [9n, 1_000n, STRANGER, 60n * FIL, 90n * FIL] }];
    chain.reverts.buyMachine = ["DailyLimit", [50n * FIL, 40n * FIL]];
    const run = await chain.runJson(buyMachine, BUY);
    expect(run.checks.find(({ name }) => name === "daily")).to.deep.equal({
      name: "daily",
      result: "fail",
      text: "110 FIL spent today; at most 100 FIL (10%)",
    });
  });

  it("only notes what fails today but not once the pool is settled, as the simulation shows", async () => {
    const chain = onSale(50n * FIL, { waiting: SHARES });
    const run = await chain.runJson(buyMachine, { ...BUY, reallyDoIt: true });
    expect(run.checks.find(({ name }) => name === "tickets")?.result).to.equal("warn");
    expect(sentCalls(chain)).to.have.length(1);
  });

  it("refuses what is not listed, and an unknown NFT", async () => {
    const chain = onSale();
    chain.replies.listing = () => ({
      seller: NOBODY,
      coin: NOBODY,
      price: 0n,
      expiry: 0n,
      feeBps: 0n,
      weight: 0n,
      open: false,
    });
    expect((await chain.run(buyMachine, BUY)).text).to.match(/NFT 1 is not listed: its holder lists it with/);
    expect((await onSale().run(buyMachine, { ...BUY, id: "9" })).text).to.match(/NFT 9 does not exist/);
  });

  function slowlyEarning(): FakeFilecoin {
    const chain = onSale(95n * FIL);
    chain.replies.earnedOf = () => 10n * FIL;
    return chain;
  }

  function withMachine(unpaid: bigint): FakeFilecoin {
    const chain = onSale();
    chain.replies.machineIds = () => [7n];
    chain.replies.machineOf = () => machine({ id: 7n, unpaid });
    return chain;
  }
});

describe("pool collect", () => {
  const COLLECT = { ...SENDING, ids: undefined } as const;

  function earning(payable: bigint): FakeFilecoin {
    const chain = pool().addNft(1n, POOL, { payable });
    chain.replies.machineIds = () => [1n];
    return chain;
  }

  it("takes what machines can be paid, and tells what came", async () => {
    const chain = earning(3n * FIL);
    chain.events = [
      { contract: POOL, name: "Collected", args: [3n * FIL] },
      { contract: POOL, name: "TicketsPaid", args: [SHARES, FIL, 0n] },
    ];
    const run = await chain.runJson(collect, { ...COLLECT, reallyDoIt: true });
    expect(run.plan).to.include({ nft1: (3n * FIL).toString(), collected: (3n * FIL).toString() });
    expect(run.plan.ticketsPaid).to.equal(FIL.toString());
    expect(sentCalls(chain).map(({ name }) => name)).to.deep.equal(["collect"]);
  });

  it("settles first where nobody has today", async () => {
    const chain = earning(3n * FIL);
    chain.replies.isSettled = () => false;
    await chain.run(collect, { ...COLLECT, reallyDoIt: true });
    expect(sentCalls(chain).map(({ name }) => name)).to.deep.equal(["settle", "collect"]);
  });

  it("refuses when there is nothing to take, or no machine", async () => {
    expect((await earning(0n).run(collect, COLLECT)).text).to.match(/Machines can be paid nothing now/);
    expect((await pool().run(collect, COLLECT)).text).to.match(/The pool dFIL has no machine/);
  });
});
