/**
 * Pools on the fake Filecoin:
 *
 * - `pool`: the one over FIL: 1,000 shares, of which HOLDER has 25; a share brings 1 FIL; 18 FIL are there;
 * - `coinPool`: the same in USDX of six decimals, with an auction whose lot of 38 FIL has sold 8;
 * - `onSale`: the pool over FIL with 1,000 FIL, to which STRANGER's NFT 1 is offered; `onSaleFor` the other.
 */
import { Interface } from "ethers";

import { erc20Abi, filAuctionAbi, type Hex, jointMiningPoolAbi } from "../../../lib/index.ts";
import { account, AUCTION, COIN, COIN_POOL, FakeFilecoin, FIL, HOLDER, STRANGER } from "./FakeFilecoin.ts";

export const NOBODY: Hex = "0x0000000000000000000000000000000000000000";
export const MASKED_OWNER = "0xff00000000000000000000000000000000000066";
/** Shares have six decimals more than FIL. */
export const SHARES = 10n ** 24n;
export const DAY = 2_880n;
export const HEAD = 5_000_000n;
const WEIGHT = 2n ** 39n;
/** One USDX, and a share of its pool. */
export const USDX = 10n ** 6n;
export const COIN_SHARES = 10n ** 12n;

export const CALLS = new Interface([
  ...new Set([...jointMiningPoolAbi, ...filAuctionAbi, ...erc20Abi].filter((line) => line.startsWith("function"))),
]);

/** The calls that were sent: name, arguments, FIL. */
export function sentCalls(chain: FakeFilecoin) {
  return chain.sent.map((tx) => {
    if (!("data" in tx)) throw new Error("a native message");
    const call = CALLS.parseTransaction({ data: tx.data });
    return { name: call?.name, args: call?.args.toArray(true) as unknown[], value: tx.value, to: tx.to };
  });
}

const accounts = (unit: bigint, values: object = {}): object => ({
  cash: 18n * unit,
  claimable: 0n,
  unsoldFil: 0n,
  deposits: 1_000n * unit,
  openCost: 300n * unit,
  machinesUpper: 982n * unit,
  machinesLower: 900n * unit,
  receivables: 0n,
  soundReceivables: 0n,
  expectedPerDay: FIL / 2n,
  heldBack: 0n,
  upper: 1_000n * unit,
  lower: 918n * unit,
  utilisation: 3n * 10n ** 17n,
  waiting: 0n,
  settledAt: HEAD - 100n,
  machines: 1n,
  ...values,
});

export const ticket = (values: object = {}, unit = FIL): object => ({
  controller: HOLDER,
  shares: 7_000_000n * unit,
  ahead: 0n,
  pending: 0n,
  claimable: 7_000_000n * unit,
  assets: 7n * unit,
  claimed: 0n,
  ...values,
});

export const machine = (values: object = {}): object => ({
  id: 1n,
  minerId: 1_000n,
  provider: 102n,
  expiry: 6_048_000n,
  nominalPower: WEIGHT,
  boughtWeight: WEIGHT,
  weight: WEIGHT,
  cost: 80n * FIL,
  unpaid: 60n * FIL,
  writtenDown: 0n,
  earned: 20n * FIL,
  guaranteeDue: 0n,
  receivable: 0n,
  realisedPerDay: 0n,
  measured: false,
  idleSince: 0n,
  ...values,
});

const POLICY = {
  cautiousBps: 8_000n,
  bidBps: 8_000n,
  askBps: 10_000n,
  dailyBps: 1_000n,
  maxUtilisationBps: 8_000n,
  reserveBps: 500n,
  perProviderBps: 2_000n,
  minTermDays: 90n,
  releaseFrames: 30n,
};

export function pool(values: object = {}, unit = FIL): FakeFilecoin {
  const chain = new FakeFilecoin();
  const worth = (shares: bigint): bigint => shares / 1_000_000n;
  Object.assign(chain.replies, {
    accounts: () => accounts(unit, values),
    policy: () => POLICY,
    totalSupply: () => 1_000_000_000n * unit,
    balanceOf: () => 25_000_000n * unit,
    isSettled: () => true,
    depositCap: () => 0n,
    entriesPausedUntil: () => 0n,
    MIN_DEPOSIT: () => unit,
    EXIT_FEE_BPS: () => 10n,
    MAX_MACHINES: () => 64n,
    MAX_SOLD_BPS: () => 8_000n,
    machineIds: () => [],
    previewDeposit: (assets: bigint) => assets * 1_000_000n,
    convertToAssets: worth,
    previewExit: (shares: bigint) => {
      const paid = worth(shares) < 18n * unit ? worth(shares) : 18n * unit;
      return [paid, shares - paid * 1_000_000n, worth(shares)];
    },
    ticketOf: () => ticket({ controller: NOBODY }),
    ticketsOf: () => [],
    estimatedWait: () => 14n * DAY,
  });
  return chain;
}

/** The lot sells since an hour of its halving: one FIL costs 5.3 USDX. */
export const lot = (values: object = {}): object => ({
  left: 30n * FIL,
  sold: 8n * FIL,
  proceeds: 48n * USDX,
  startPrice: 10_600_000n,
  startedAt: HEAD - 360n,
  end: HEAD + 2_520n,
  ...values,
});

export function coinPool(values: object = {}): FakeFilecoin {
  const chain = pool(values, USDX);
  chain.coinPools = [{ name: "Joint Mining USDX", symbol: "dUSDX", address: COIN_POOL, coin: COIN, auction: AUCTION }];
  Object.assign(chain.replies, {
    decimals: () => 6n,
    symbol: () => "USDX",
    allowance: () => 0n,
    deposit: (assets: bigint) => assets * 1_000_000n,
    lot: () => lot(),
    lots: () => 1n,
    MIN_LOT: () => FIL,
    price: () => 5_300_000n,
    referencePrice: () => 5_300_000n,
    lastPrice: () => 6n * USDX,
    cautiousPrice: () => 5n * USDX,
  });
  return chain;
}

/** The pool has nothing but cash, and NFT 1 of STRANGER is guaranteed with 120 FIL and listed. */
function offered(chain: FakeFilecoin, coin: Hex, price: bigint): FakeFilecoin {
  chain.addNft(1n, STRANGER, {
    guarantee: { promised: 120n * FIL, remaining: 120n * FIL, due: 0n, payableNow: 0n, paid: 0n },
  });
  Object.assign(chain.replies, {
    minerAccount: () => account({ lastSync: HEAD - 10n }),
    coverOf: () => ({ amount: 200n * FIL, remaining: 120n * FIL }),
    listing: () => ({
      seller: STRANGER,
      coin,
      price,
      expiry: 5_086_400n,
      feeBps: 100n,
      weight: WEIGHT,
      open: true,
    }),
    earnedOf: () => 20n * FIL,
  });
  return chain;
}

const onlyCash = (unit: bigint): object => ({ cash: 1_000n * unit, machinesUpper: 0n, openCost: 0n, machines: 0n });

export const onSale = (price = 50n * FIL, values: object = {}): FakeFilecoin =>
  offered(pool({ ...onlyCash(FIL), ...values }), NOBODY, price);

export const onSaleFor = (price: bigint): FakeFilecoin => offered(coinPool(onlyCash(USDX)), COIN, price);
