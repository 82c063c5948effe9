import { ok, strictEqual } from "node:assert/strict";

import { Contract, type ContractTransactionReceipt, Wallet } from "ethers";

import type { Hex } from "../../lib/hex.ts";
import { deployPlanned } from "../../lib/protocol/deploy.ts";
import { planCoinPool } from "../../lib/protocol/planCoinPool.ts";
import { coinChange, governanceCall } from "../../lib/protocol/poolGovernance.ts";
import { FIL, idOf } from "./lotus.ts";
import { type Network, f410, invoke, maskedId, mined, mustByMultisig, startNetwork } from "./network.ts";
import { GRID, type Protocol, artifact, attest, deployOn, enrol, factoryOf, sendTo } from "./protocol.ts";
import { eventOf, revertOf, view } from "./reading.ts";

const IN_FIL = "0x0000000000000000000000000000000000000000";
/** Epochs of a day. */
const DAY = 2_880;
/** Blocks that a message may take until it shows. */
const SETTLE = 10;
const ONE = 10n ** 18n;
/** Bytes of QAP of a sector of this network (2 KiB, all of it verified deals). */
const SECTOR_QAP = 20_480n;
/** From here on the network's estimates, and so expected income, are realistic. */
const REALISTIC = 57_000;
/** Sectors behind each NFT; the three are three quarters of the miner's, which may have sold 80 %. */
const BACKING = 3;
const WEIGHT = BigInt(BACKING) * SECTOR_QAP;
/** The pool wants 90 days at least. */
const TERM = 100 * DAY;
const SERVICE_FEE_BPS = 500n;
/** What each person brings, in prices of a machine: the pool spends a tenth of all that it has a day. */
const JOINED = { owner: 10n, multisig: 10n, joiner: 5n } as const;
/** What the owner brings again, for who waits. */
const AGAIN = 3n;
/** What is guaranteed, in prices of a machine. */
const GUARANTEED = 2n;
/** What one FIL costs at first, in the stablecoin's smallest units: 3 coins of 6 decimals. */
const DOLLARS = 3_000_000n;
/** What a coin pool's only depositor brings, in prices of a machine. */
const JOINED_IN_COIN = 25n;
/** Epochs until the price of a lot, which begins at twice the reference, has come down to it. */
const HALVING = 360;
/** How long a change of parameters waits, epochs: 3 days; a week later it would have lapsed. */
const COIN_DELAY = 3 * DAY;
/** The miner holds more than its guarantees need by a fifth: needs follow the network's estimates. */
const SPARE = 5n;
/** What a division may be off by, attoFIL. */
const DUST = 10n;

/** A pool over a stablecoin. */
interface CoinPool {
  readonly coin: Contract;
  readonly pool: Contract;
  readonly auction: Contract;
}

interface Accounts {
  readonly cash: bigint;
  readonly claimable: bigint;
  readonly deposits: bigint;
  readonly openCost: bigint;
  readonly receivables: bigint;
  readonly waiting: bigint;
  readonly machines: bigint;
  readonly unsoldFil: bigint;
}

/**
 * A joint mining pool on a real Lotus node: an Ethereum account, an f3 account and an f2 multisig join with native FIL, the
 * pool buys two guaranteed NFTs, earns real block rewards, and people leave in order. Beside it a pool over a stablecoin
 * buys a third, and sells its FIL by auction. Every payment is compared with the node's own balances. The steps build on
 * each other; the first one that fails ends the story.
 */
describe("a joint mining pool on a real Lotus network (R-JMP)", function () {
  this.timeout(3_600_000);
  this.bail(true);

  let network: Network;
  let protocol: Protocol;
  let nft: Contract;
  let market: Contract;
  let pool: Contract;
  let poolAddress: string;
  let minerId: bigint;
  let owner: string;
  let ownerEvm: string;
  let multisig: bigint;
  let multisigEvm: string;
  let signer: string;
  /** What a machine costs: as much as the network expects of it in a day. Skipped epochs earn nothing: it earns far less. */
  let price: bigint;
  let ids: [bigint, bigint];
  let third: bigint;
  let dollars: CoinPool;
  let expiry: bigint;

  const seller = (): Wallet => network.wallets[0] as Wallet;
  const joiner = (): Wallet => network.wallets[1] as Wallet;
  const accounts = (): Promise<Accounts> => view(pool, "accounts");
  const sharesOf = (who: string): Promise<bigint> => view(pool, "balanceOf", who);
  const balance = (id: bigint): Promise<bigint> => network.lotus.balance(`f0${id}`);
  const held = (): Promise<bigint> => network.provider.getBalance(poolAddress);
  const calldata = (name: string, args: readonly unknown[]): string => pool.interface.encodeFunctionData(name, args);
  const byOwner = async (name: string, args: readonly unknown[], value = 0n): Promise<void> => {
    await invoke(network.lotus, owner, poolAddress, calldata(name, args), value);
  };
  const byMultisig = async (name: string, args: readonly unknown[], value = 0n): Promise<void> => {
    await mustByMultisig(network.lotus, multisig, signer, poolAddress, calldata(name, args), value);
  };
  /** A native account that nobody has used: what it is paid is all that it has, after one attoFIL. */
  const freshPayee = async (): Promise<{ evm: string; paid: () => Promise<bigint> }> => {
    const [key] = await network.lotus.newAccounts(network.devnet.faucet, ["secp256k1"], 1n);
    const id = await network.lotus.id(key ?? "");
    return { evm: maskedId(id), paid: async () => (await balance(id)) - 1n };
  };
  const expectAddsUp = async (): Promise<void> => {
    await network.devnet.advance(SETTLE);
    const { cash, claimable } = await accounts();
    strictEqual(await held(), cash + claimable, "the pool's balance is cash and what was put aside");
  };
  const expectNear = (actual: bigint, expected: bigint, what: string): void => {
    const off = actual > expected ? actual - expected : expected - actual;
    ok(off <= DUST, `${what}: ${actual} instead of ${expected}`);
  };
  const list = async (id: bigint, amount: bigint): Promise<void> => {
    await sendTo(market, "list", id, IN_FIL, amount, expiry - BigInt(DAY), 1n);
  };
  const buyMachine = (id: bigint): Promise<ContractTransactionReceipt> => sendTo(pool, "buyMachine", id);
  /** A day passes, and keepers measure and harvest. */
  const live = async (): Promise<void> => {
    await network.devnet.advance(DAY);
    await sendTo(nft, "harvest", minerId);
  };

  before(async () => {
    network = await startNetwork(2, { blockTime: "100ms", sectors: 12 });
    const { devnet, lotus } = network;
    owner = devnet.owner;
    minerId = idOf(devnet.miner);
    ownerEvm = maskedId(await lotus.id(owner));
    const [key] = await lotus.newAccounts(devnet.faucet, ["secp256k1"], 100n * FIL);
    if (key === undefined) throw new Error("no signer");
    signer = key;
    protocol = await deployOn(network);
    ({ nft } = protocol);
    market = new Contract(protocol.addresses.powerMarket, artifact("PowerMarket").abi, seller());
    poolAddress = protocol.addresses.jointMiningPool;
    pool = new Contract(poolAddress, artifact("JointMiningPool").abi, joiner());
    await enrol(network, protocol, seller().address);
    dollars = await createCoinPool();
    const takesCoin = coinChange(protocol.addresses.powerMarket as Hex, (await dollars.coin.getAddress()) as Hex);
    const governance = { to: protocol.addresses.accessManager };
    await mined(seller().sendTransaction({ ...governance, data: governanceCall([takesCoin], []) }));
    await devnet.advance(COIN_DELAY + SETTLE);
    await mined(seller().sendTransaction({ ...governance, data: governanceCall([], [takesCoin]) }));
    await devnet.advance(REALISTIC - (await lotus.head()).Height);
    await sendTo(nft, "sync", minerId);
    price = await view(nft, "expectedPerDay", minerId, WEIGHT);
    multisig = await lotus.newMultisig(devnet.faucet, [signer], 1, JOINED.multisig * price);
    multisigEvm = maskedId(multisig);
    await lotus.send({ from: devnet.faucet, to: await f410(lotus, joiner().address), value: JOINED.joiner * price });
    await cover();
    const sectors = (await lotus.activeSectors(devnet.miner)).map(BigInt);
    expiry = BigInt(Math.ceil(((await lotus.head()).Height + TERM) / GRID) * GRID);
    const mint = async (from: number): Promise<bigint> => {
      const runs = sectors.slice(from, from + BACKING).map((sector) => [sector, 1n]);
      const guarantee = GUARANTEED * price;
      const request = [minerId, runs, WEIGHT, expiry, SERVICE_FEE_BPS, 0, 0, seller().address, guarantee];
      return eventOf(await sendTo(nft, "mint", request), nft.interface, "Minted").args["id"] as bigint;
    };
    ids = [await mint(0), await mint(BACKING)];
    third = await mint(2 * BACKING);
    await attest(network, protocol.oracle, { minerId, ids: [...ids, third], weights: [WEIGHT, WEIGHT, WEIGHT] });
    for (const id of [...ids, third]) await sendTo(nft, "approve", protocol.addresses.powerMarket, id);
  });
  after(async () => {
    await network.stop();
  });

  async function createCoinPool(): Promise<CoinPool> {
    const [deployer, buyer] = [seller(), joiner()];
    const coin = (await (await factoryOf("ERC20__Double", deployer, {})).deploy(6)) as Contract;
    await coin.waitForDeployment();
    const terms = { coin: await coin.getAddress(), firstPrice: DOLLARS, name: "Joint Mining Dollar", symbol: "dUSD" };
    const plan = planCoinPool(deployer.address, await deployer.getNonce(), protocol.addresses, terms);
    await deployPlanned(factoryOf, deployer, plan.contracts);
    return {
      coin: coin.connect(buyer) as Contract,
      pool: new Contract(plan.pool, artifact("JointMiningPool").abi, buyer),
      auction: new Contract(plan.auction, artifact("FilAuction").abi, buyer),
    };
  }

  /** The owner, and then the faucet, put into the miner what guarantees need. */
  async function cover(): Promise<void> {
    const { devnet, lotus } = network;
    const { amount } = await view<{ amount: bigint }>(nft, "coverOf", minerId);
    const missing = 3n * GUARANTEED * price - amount;
    const needed = missing + (missing > 0n ? missing : -missing) / SPARE;
    if (needed <= 0n) return;
    const owns = (await balance(await lotus.id(owner))) - (JOINED.owner + AGAIN + 1n) * price;
    const byIt = needed < owns ? needed : owns;
    await lotus.send({ from: owner, to: devnet.miner, value: byIt });
    if (byIt < needed) await lotus.send({ from: devnet.faucet, to: devnet.miner, value: needed - byIt });
    await sendTo(nft, "sync", minerId);
  }

  it("is joined with native FIL by an Ethereum account, an f3 account and an f2 multisig (R-JMP-1)", async () => {
    const parts = { joiner: JOINED.joiner * price, owner: JOINED.owner * price, multisig: JOINED.multisig * price };
    await sendTo(pool, "depositFil", joiner().address, 0n, { value: parts.joiner });
    await byOwner("depositFil", [ownerEvm, 0n], parts.owner);
    await byMultisig("depositFil", [multisigEvm, 0n], parts.multisig);
    const { cash, deposits } = await accounts();
    strictEqual(cash, parts.joiner + parts.owner + parts.multisig);
    strictEqual(deposits, cash);
    for (const [who, amount] of [
      [joiner().address, parts.joiner],
      [ownerEvm, parts.owner],
      [multisigEvm, parts.multisig],
    ] as const) {
      expectNear((await sharesOf(who)) / 1_000_000n, amount, who);
    }
    await expectAddsUp();
  });

  it("buys guaranteed NFTs within its policy, and nothing else (R-JMP-6)", async () => {
    const [first, second] = ids;
    strictEqual(await revertOf(pool, "buyMachine", first), "NotOnSale");
    await list(first, GUARANTEED * price + FIL);
    strictEqual(await revertOf(pool, "buyMachine", first), "NotGuaranteed");
    await list(first, price);
    const { args } = eventOf(await buyMachine(first), pool.interface, "MachineBought");
    strictEqual(args["price"], price);
    ok((args["bid"] as bigint) >= price, "the bid covers the price");
    strictEqual(await view<string>(nft, "ownerOf", first), poolAddress);
    await list(second, (price * 7n) / 4n);
    strictEqual(await revertOf(pool, "buyMachine", second), "DailyLimit");
    await list(second, price);
    await buyMachine(second);
    strictEqual((await accounts()).machines, 2n);
    await expectAddsUp();
  });

  it("books what machines earn, and pays them off by 1 - U of it (R-JMP-2)", async () => {
    await network.devnet.advance(DAY);
    await sendTo(nft, "sync", minerId);
    const { openCost, deposits } = await accounts();
    const utilisation = (openCost * ONE) / deposits;
    type Machine = Record<"earned" | "unpaid", bigint>;
    const before = await Promise.all(ids.map((id) => view<Machine>(pool, "machineOf", id)));
    const receipt = await sendTo(pool, "settle");
    const { income, amortised } = eventOf(receipt, pool.interface, "Settled").args as unknown as Record<
      "income" | "amortised",
      bigint
    >;
    const earned = await Promise.all(ids.map((id) => view<bigint>(nft, "earnedOf", id)));
    const parts = earned.map((amount, n) => amount - (before[n] as Machine).earned);
    ok(
      parts.every((part) => part > 0n),
      "both have earned block rewards",
    );
    strictEqual(
      income,
      parts.reduce((sum, part) => sum + part, 0n),
    );
    const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
    const expected = parts
      .map((part, n) => least((part * (ONE - utilisation)) / ONE, (before[n] as Machine).unpaid))
      .reduce((sum, part) => sum + part, 0n);
    expectNear(amortised, expected, "paid off");
  });

  it("collects exactly what the ledger pays (R-LED-7)", async () => {
    await live();
    await sendTo(pool, "settle");
    const payable = await Promise.all(ids.map((id) => view<bigint>(nft, "payableOf", id)));
    const sum = payable.reduce((total, amount) => total + amount, 0n);
    ok(sum > 0n, "something can be paid");
    const [before, cash] = [await held(), (await accounts()).cash];
    const receipt = await sendTo(pool, "collect", [...ids]);
    strictEqual(eventOf(receipt, pool.interface, "Collected").args["amount"], sum);
    await network.devnet.advance(SETTLE);
    strictEqual((await held()) - before, sum);
    strictEqual((await accounts()).cash - cash, sum);
    await expectAddsUp();
  });

  it("pays who leaves at once while there is cash, any actor, and then gives tickets (R-JMP-5)", async () => {
    await sendTo(pool, "settle");
    for (const [who, leave] of [
      [ownerEvm, byOwner],
      [multisigEvm, byMultisig],
    ] as const) {
      const payee = await freshPayee();
      const { cash } = await accounts();
      await leave("exitToFil", [await sharesOf(who), payee.evm, 0n]);
      await network.devnet.advance(SETTLE);
      const paid = await payee.paid();
      ok(
        paid > (JOINED.owner * price * 9n) / 10n,
        "nearly all that was brought: 1 in 1,000 stays, income is released later",
      );
      strictEqual(cash - (await accounts()).cash, paid);
      strictEqual(await sharesOf(who), 0n);
    }
    const [payee, shares] = [await freshPayee(), await sharesOf(joiner().address)];
    const { cash } = await accounts();
    await sendTo(pool, "exitToFil", shares, payee.evm, 0n);
    await network.devnet.advance(SETTLE);
    strictEqual(await payee.paid(), cash - (await accounts()).cash);
    const { pending } = await view<{ pending: bigint }>(pool, "ticketOf", 1n);
    ok(pending > 0n && pending < shares, "a part waits");
    strictEqual((await accounts()).waiting, pending);
    await expectAddsUp();
  });

  it("pays tickets from income first, then from who joins, and lets them be claimed (R-JMP-5, ERC-7540)", async () => {
    await live();
    await sendTo(pool, "settle");
    const income = await sendTo(pool, "collect", [...ids]);
    const paid = eventOf(income, pool.interface, "TicketsPaid").args["assets"] as bigint;
    ok(paid > 0n, "the ticket is paid from income");
    await byOwner("depositFil", [ownerEvm, 0n], AGAIN * price);
    await sendTo(pool, "payTickets");
    const { pending, claimable, assets } = await view<Record<string, bigint>>(pool, "ticketOf", 1n);
    strictEqual(pending, 0n);
    const payee = await freshPayee();
    await sendTo(pool, "redeemToFil", claimable, payee.evm, joiner().address);
    await network.devnet.advance(SETTLE);
    strictEqual(await payee.paid(), assets);
    expectNear((await accounts()).claimable, 0n, "put aside");
    await expectAddsUp();
  });

  it("sells no machine below what it may still earn", async () => {
    const [id] = ids;
    const ask = await view<bigint>(pool, "askOf", id);
    ok(ask > 90n * price, "about 90 days of expected income");
    const { address } = joiner();
    strictEqual(await revertOf(pool, "sellMachine", id, ask / 2n, address), "AskTooHigh");
    strictEqual(await revertOf(pool, "sellMachine", id, 2n * ask, address), "AskTooHigh"); // without FIL
  });

  it("buys for a pool over a stablecoin a machine that is priced in it (R-JMP-7)", async () => {
    const { coin, pool: coinPool } = dollars;
    const inCoin = (price * DOLLARS) / FIL;
    const brought = JOINED_IN_COIN * inCoin;
    await sendTo(coin, "mint", joiner().address, 2n * brought);
    await sendTo(coin, "approve", coinPool.target, 2n * brought);
    await sendTo(coinPool, "deposit", brought, joiner().address);
    await sendTo(market, "list", third, coin.target, inCoin, expiry - BigInt(DAY), 1n);
    const before = await view<bigint>(coin, "balanceOf", seller().address);
    const { args } = eventOf(await sendTo(coinPool, "buyMachine", third), coinPool.interface, "MachineBought");
    strictEqual(args["price"], inCoin);
    strictEqual(await view<string>(nft, "ownerOf", third), coinPool.target);
    // a coin that runs code or refuses must not stop a sale: its seller takes it out of the market
    await sendTo(market, "withdraw", coin.target, seller().address);
    strictEqual((await view<bigint>(coin, "balanceOf", seller().address)) - before, inCoin);
    strictEqual(await view<bigint>(coin, "balanceOf", coinPool.target), brought - inCoin);
    strictEqual((await view<Accounts>(coinPool, "accounts")).cash, brought - inCoin);
  });

  it("sells its FIL income by an auction without a price feed, and pays people in the coin (R-JMP-7)", async () => {
    const { coin, pool: coinPool, auction } = dollars;
    await live();
    await sendTo(coinPool, "settle");
    const income = eventOf(await sendTo(coinPool, "collect", [third]), coinPool.interface, "Collected");
    const fil = income.args["amount"] as bigint;
    ok(fil >= FIL, `enough for a lot: ${fil}`);
    await network.devnet.advance(SETTLE);
    strictEqual(await network.provider.getBalance(coinPool.target as string), fil);
    strictEqual((await view<Accounts>(coinPool, "accounts")).unsoldFil, fil);

    await sendTo(auction, "start");
    await network.devnet.advance(HALVING);
    const [payee, now] = [await freshPayee(), await view<bigint>(auction, "price")];
    ok(now <= DOLLARS, "the price has fallen to the reference");
    const before = await view<bigint>(coin, "balanceOf", coinPool.target);
    const sold = eventOf(await sendTo(auction, "buy", fil, now, payee.evm), auction.interface, "LotSold");
    const coins = sold.args["coins"] as bigint;
    ok(coins > 0n, "it was paid for");
    await network.devnet.advance(SETTLE);
    strictEqual(await payee.paid(), fil);
    strictEqual((await view<bigint>(coin, "balanceOf", coinPool.target)) - before, coins);
    strictEqual((await view<Accounts>(coinPool, "accounts")).unsoldFil, 0n);

    const shares = await view<bigint>(coinPool, "balanceOf", joiner().address);
    const held = await view<bigint>(coin, "balanceOf", joiner().address);
    const { cash } = await view<Accounts>(coinPool, "accounts");
    await sendTo(coinPool, "exit", shares / 2n, joiner().address, 0n);
    const paid = (await view<bigint>(coin, "balanceOf", joiner().address)) - held;
    ok(paid > 0n, "who leaves is paid in the coin");
    strictEqual(cash - (await view<Accounts>(coinPool, "accounts")).cash, paid);
  });
});
