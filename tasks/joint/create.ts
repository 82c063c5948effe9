import { type CoinPool, type Deployment, poolsOf, writeDeployment } from "../../lib/deployments.ts";
import {
  AUCTION_TERMS,
  BadAnswerError,
  formatFil,
  type Hex,
  hex,
  MarketReader,
  NodeRefusedError,
  RefusedError,
  UsageError,
} from "../../lib/index.ts";
import { link } from "../../lib/protocol/link.ts";
import { planCoinPool, POOL_LIBRARIES } from "../../lib/protocol/planCoinPool.ts";
import { reportFall } from "../support/auction.ts";
import { type Coin, coinAt } from "../support/coin.ts";
import { creation, deployer, reportContracts } from "../support/creation.ts";
import { execute, nonceOf } from "../support/execute.ts";
import { sameAddress } from "../support/market.ts";
import { isCalled, MORE_DECIMALS } from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { CommonArguments, SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface CreateArguments extends CommonArguments {
  readonly coin: string;
  /** About what one FIL costs, in the coin. */
  readonly firstPrice: string;
  readonly name: string | undefined;
  readonly symbol: string | undefined;
  readonly reallyDoIt: boolean;
  readonly from: string | undefined;
}

/** The most decimals of an asset: accounts of 96 bits have room for it. */
const MAX_DECIMALS = 18;
/** What the auction's accounts have room for: prices of 128 bits, and a lot begins at a multiple of the first. */
const MOST_PRICE = ((1n << 128n) - 1n) / AUCTION_TERMS.startFactor;
/** Where a proxy keeps the address of its code (ERC-1967). */
const IMPLEMENTATION = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";

/** Deploys a pool over a stablecoin and the auction of its FIL beside a deployment, and writes down where they are. */
export async function create(context: TaskContext, args: CreateArguments): Promise<void> {
  const { report, network } = context;
  const deployment = await context.deployment();
  const coin = await readPoolCoin(context, deployment, args.coin);
  const firstPrice = readPrice(coin, args.firstPrice);
  const { name, symbol } = readNames(deployment, coin, args);
  report.title(`Create a joint mining pool over ${coin.symbol} on ${network.name}, chain ${network.chainId}`);
  const sending: SendingArguments = { ...args, output: "send" };
  const { sender, from } = await deployer(context, sending);
  report.fact("coin", "coin", `${coin.symbol}, ${coin.decimals} decimals, ${coin.address}`, coin.address);
  report.fact("symbol", "its shares", `${symbol} (${name}), ${coin.decimals + MORE_DECIMALS} decimals`, symbol);
  report.fact("least", "least deposit", coin.format(10n ** BigInt(coin.decimals)), 10n ** BigInt(coin.decimals));
  report.fact("firstPrice", "first reference", `${coin.format(firstPrice)} for one FIL`, firstPrice);
  report.fact("minLot", "its FIL is sold in lots", `of ${formatFil(AUCTION_TERMS.minLot)} at least, one a day`);
  reportFall(context, coin, firstPrice * AUCTION_TERMS.startFactor);
  report.fact("file", "addresses go to", context.deploymentPath);
  const terms = { coin: coin.address, firstPrice, name, symbol };
  const plan = planCoinPool(from, await nonceOf(context, from, "pending"), deployment, terms);
  reportContracts(context, plan.contracts);
  await checkCoin(context, deployment, coin);
  await checkLibraries(context, deployment);

  // neither constructor asks the other contract
  const [first, second] = await Promise.all(plan.contracts.map((contract) => creation(context, contract, true)));
  if (first === undefined || second === undefined) throw new TypeError("A pool is made of two contracts");
  const outcome = await execute(context, sending, [first, second], sender);
  if (!outcome.sent) return;
  const made: CoinPool = { name, symbol, coin: coin.address, address: plan.pool as Hex, auction: plan.auction as Hex };
  await writeDeployment(context.deploymentPath, { ...deployment, coinPools: [...deployment.coinPools, made] });
  report.check("written", "pass", `The pool is in ${context.deploymentPath}: tasks know it as --pool ${symbol}.`);
  report.lines(
    `  People can deposit now. Before it can buy, governance has to allow its coin: \`pool admit --pool ${symbol}\`.`,
  );
}

/** @throws {RefusedError} for what no pool can hold. */
async function readPoolCoin(context: TaskContext, deployment: Deployment, named: string): Promise<Coin> {
  if (named === "") throw new UsageError("Say which coin: --coin with the 0x address of an ERC-20.");
  const typed = context.parseAddress(named);
  const address = typed.kind === "evm" ? typed.toEvm() : undefined;
  if (address === undefined) throw new UsageError(`${named} is not the 0x address of an ERC-20: name one with --coin.`);
  if (sameAddress(address, deployment.wrappedFil)) {
    throw new RefusedError(`${address} is FIL as an ERC-20, and there is a pool over FIL already: name a stablecoin.`);
  }
  const own = [deployment.powerNFT, deployment.powerMarket, ...poolsOf(deployment).map((pool) => pool.address)];
  if (own.some((contract) => sameAddress(contract, address))) {
    throw new RefusedError(`${address} is one of the protocol's own contracts: name a stablecoin.`);
  }
  const coin = await coinAt(context, address).catch((cause: unknown) => {
    if (!(cause instanceof BadAnswerError || cause instanceof NodeRefusedError)) throw cause;
    throw new RefusedError(`${address} does not tell decimals and a symbol like an ERC-20: check the address.`, {
      cause,
    });
  });
  if (coin.decimals > MAX_DECIMALS) {
    throw new RefusedError(
      `${coin.symbol} has ${coin.decimals} decimals: a pool keeps accounts of ${MAX_DECIMALS} at most.`,
    );
  }
  return coin;
}

function readPrice(coin: Coin, text: string): bigint {
  if (text === "") throw new UsageError(`Say what one FIL costs: --first-price in ${coin.symbol}, like 5.30.`);
  const price = coin.parse(text);
  if (price > 0n && price <= MOST_PRICE) return price;
  throw new UsageError(`"${text}" cannot be the price of one FIL: name about what it costs in ${coin.symbol}.`);
}

/** @throws {UsageError} for names that people could not type, or that are taken. */
function readNames(
  deployment: Deployment,
  coin: Coin,
  args: CreateArguments,
): { readonly name: string; readonly symbol: string } {
  const symbol = args.symbol ?? `d${coin.symbol}`;
  const name = args.name ?? `Joint Mining ${coin.symbol}`;
  if (!/^[A-Za-z][A-Za-z0-9.]{1,15}$/.test(symbol)) {
    throw new UsageError(`"${symbol}" cannot be a symbol: name one of 2 to 16 letters and digits with --symbol.`);
  }
  if (!/^[\x21-\x7e][\x20-\x7e]{0,62}[\x21-\x7e]$/.test(name)) {
    throw new UsageError(`"${name}" cannot be a name: name 2 to 64 plain characters with --name.`);
  }
  const taken = poolsOf(deployment).find((pool) => isCalled(pool, symbol) || isCalled(pool, name));
  if (taken === undefined) return { name, symbol };
  throw new UsageError(
    `The pool ${taken.address} is called ${taken.symbol} (${taken.name}) already: name others with --symbol and --name.`,
  );
}

/** What can be known of a coin before it moves. That it moves exactly is checked by the pool each time. */
async function checkCoin(context: TaskContext, deployment: Deployment, coin: Coin): Promise<void> {
  const { report } = context;
  report.check("decimals", "pass", `${coin.symbol} has ${coin.decimals} decimals; ${MAX_DECIMALS} at most`);
  const same = deployment.coinPools.find((pool) => sameAddress(pool.coin, coin.address));
  if (same !== undefined) {
    report.check(
      "twice",
      "warn",
      `${same.symbol} is a pool over ${coin.symbol} already: people's money would be divided.`,
    );
  }
  const slot = hex.parse(await context.eth("eth_getStorageAt", [coin.address, IMPLEMENTATION, "latest"]));
  if (BigInt(slot) !== 0n) {
    report.check(
      "proxy",
      "warn",
      `Who runs ${coin.symbol} can replace its code: everybody in the pool relies on them.`,
    );
  }
  report.check(
    "exact",
    "warn",
    `The pool refuses ${coin.symbol} whenever another amount arrives than was sent: a coin that takes fees is of no use here.`,
  );
  const allowed = await new MarketReader(context.eth, deployment.powerMarket).isAllowed(coin.address);
  report.check(
    "market",
    allowed ? "pass" : "warn",
    allowed
      ? `The market takes ${coin.symbol}`
      : `The market does not take ${coin.symbol} yet: the pool can buy nothing before governance allows it.`,
  );
}

/** The pool shares the code of the others: it must be the code that this version was compiled with. */
async function checkLibraries(context: TaskContext, { libraries }: Deployment): Promise<void> {
  const different: string[] = [];
  for (const name of POOL_LIBRARIES) {
    const address = libraries[name]?.slice(2).toLowerCase() ?? "";
    const code = hex
      .parse(await context.eth("eth_getCode", [`0x${address}`, "latest"]))
      .slice(2)
      .toLowerCase();
    // a library learns its own address when it is deployed, where the compiler left zeros
    const runtime = code.replaceAll(address, "0".repeat(address.length));
    const compiled = link(await context.compiled(name), libraries).toLowerCase();
    if (code === "" || !compiled.includes(runtime)) different.push(name);
  }
  const { report, network } = context;
  if (different.length === 0) return report.check("libraries", "pass", "The libraries are those of this version");
  // a local network may have been deployed by the quick compiler's profile
  report.check(
    "libraries",
    network.public === undefined ? "warn" : "fail",
    `${different.join(", ")} of this deployment ${different.length === 1 ? "is" : "are"} not what this version compiles to: use the version that it was deployed with.`,
  );
}

export default taskAction(create);
