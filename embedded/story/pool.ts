import {
  ATTO_PER_FIL,
  Address,
  type BeneficiaryTerms,
  EPOCHS_PER_DAY,
  EXPIRY_GRID,
  MinerMethod,
  SEND,
  VAULT_EXPIRATION,
  VAULT_QUOTA,
  changeBeneficiaryParams,
  fromHex,
} from "../../lib/index.ts";
import { fil, inFil } from "../print/figures.ts";
import type { Table } from "../print/Printer.ts";
import { attestWeights } from "./attest.ts";
import { type Offer, UNSOLD, mintRequest } from "./offers.ts";
import type { Person } from "./people.ts";
import { poolStatement } from "./poolStatement.ts";
import type { Done, Stage } from "./Stage.ts";

/** Who joins, with how much FIL. */
const JOINERS = [
  ["Alice", 2_000n],
  ["Bob", 2_000n],
  ["Carol", 1n],
  ["Dave", 20n],
] as const;
/** What each NFT costs, and what its provider guarantees: the pool buys nothing whose guarantee is below its price. */
const PRICE = 300n * ATTO_PER_FIL;
const GUARANTEE = 400n * ATTO_PER_FIL;
/** The pool wants 90 days at least; the provider lists a little later. */
const LEAST_TERM = 110n * EPOCHS_PER_DAY;
/** What the provider adds to its pledge, so that it covers both guarantees even if all its power is lost. */
const COVER = 2_500n * ATTO_PER_FIL;
const SP_FEE_BPS = 500;
const WEEK = 7n;
/** After so many weeks two people leave on one day. */
const LEAVING_WEEK = 2n;
/** Then there is little but machines, which pay for whoever waits, until somebody joins again. */
const RETURN_WEEK = 4n;
const RETURN = 1_000n * ATTO_PER_FIL;
/** FIL among the market's coins. */
const IN_FIL = "0x0000000000000000000000000000000000000000";

const COLUMNS = ["day", "income", "paid off", "not paid off", "cash", "enters at", "leaves at", "waits"] as const;
const SAMPLE = ["000", "0,000.0000", "0,000.0000", "0,000.0000", "0,000.0000", "0.000000", "0.000000", "0,000.0000"];
/** As many shares as the first FIL brings. */
const ONE_SHARE = 10n ** 24n;
const PRICE_DIGITS = 6;

/**
 * People put money together from 1 FIL on; the pool buys two NFTs by its policy, pays them off and shares the rest.
 *
 * @returns whether its statement adds up.
 */
export async function pool(stage: Stage): Promise<boolean> {
  const { cast, print } = stage;
  print.heading("9. A joint mining pool");
  const from = await stage.epoch();
  const vault = Address.fromEvmBytes(fromHex(stage.vault));
  await propose(stage, { beneficiary: vault, quota: VAULT_QUOTA, expiration: VAULT_EXPIRATION });
  await stage.send(cast.keeper, "vault", "activate", []);
  print.done("the owner proposes the vault again, and anybody activates it");
  for (const [name, amount] of JOINERS) await join(stage, cast[name], amount * ATTO_PER_FIL);
  const ids = await sellToThePool(stage);
  await live(stage, ids);
  const { Owner } = await stage.lotus.stateMinerInfo(stage.miner);
  await propose(stage, { beneficiary: Owner, quota: 0n, expiration: 0n });
  await stage.send(cast.keeper, "vault", "release", []);
  print.done("the owner takes the role of beneficiary back again: nothing is owed");
  return poolStatement(stage, { from, ids });
}

async function propose(stage: Stage, terms: BeneficiaryTerms): Promise<void> {
  await stage.native(stage.cast.owner, stage.miner, MinerMethod.ChangeBeneficiary, changeBeneficiaryParams(terms));
}

async function join(stage: Stage, who: Person, amount: bigint): Promise<void> {
  const data = stage.calldata("pool", "depositFil", [who.evm, 0n]);
  await stage.sendData(who, stage.addressOf("pool"), data, "pool.depositFil", amount);
  const how = who.wallet === undefined ? "by a native message from its f1 key" : "in one transaction, no approval";
  stage.print.done(`${who.name} joins with ${inFil(amount)} ${how}`);
}

/** The provider mints two guaranteed NFTs and lists them; anybody lets the pool buy them, as far as its policy goes. */
async function sellToThePool(stage: Stage): Promise<bigint[]> {
  const { cast, nft, print } = stage;
  const earliest = (await stage.epoch()) + LEAST_TERM;
  const expiry = (earliest / EXPIRY_GRID + 1n) * EXPIRY_GRID;
  // of the burned NFT #3, and what was never sold
  const runs = [{ start: 193n, count: 32n }, UNSOLD];
  const offers: Offer[] = [];
  for (const sectors of runs) {
    const terms = { holder: "Alice", sectors, spFeeBps: SP_FEE_BPS, royaltyBps: 0, expiry } as const;
    const request = { ...mintRequest(stage, terms), to: cast.operator.evm, guarantee: GUARANTEE };
    if (offers.length === 0) await coverGuarantees(stage, request);
    await stage.send(cast.operator, "powerNFT", "mint", [request]);
    offers.push({ id: await nft.minted(), ...terms });
  }
  await attestWeights(stage, offers);
  for (const { id } of offers) {
    const { weight } = await nft.powerOf(id);
    await stage.send(cast.operator, "powerNFT", "approve", [stage.addressOf("market"), id]);
    await stage.send(cast.operator, "market", "list", [id, IN_FIL, PRICE, expiry - EPOCHS_PER_DAY, weight]);
  }
  const ids = offers.map(({ id }) => id);
  print.done(
    `the provider mints NFTs ${ids.map((id) => `#${id}`).join(" and ")}, guarantees each with ${inFil(GUARANTEE)}, ` +
      `and lists each for ${inFil(PRICE)}`,
  );
  for (const [index, id] of ids.entries()) {
    if (index > 0) {
      const { error } = await stage.refusalOf(cast.keeper, "pool", "buyMachine", [id]);
      print.refused(`buying NFT #${id} on the same day is refused: ${error}; the pool spends a tenth a day`);
      await nextDay(stage, 1n);
    }
    const done = await stage.send(cast.keeper, "pool", "buyMachine", [id]);
    const bid = stage.event(done, "pool", "MachineBought")?.bid as bigint;
    print.done(`anybody lets the pool buy NFT #${id} for ${inFil(PRICE)}: its bid was ${inFil(bid)}`);
  }
  return ids;
}

/** A guarantee that the provider's own money does not stand behind cannot be promised: the owner adds some. */
async function coverGuarantees(stage: Stage, request: object): Promise<void> {
  const { cast, miner, print } = stage;
  const { error } = await stage.refusalOf(cast.operator, "powerNFT", "mint", [request]);
  print.refused(`minting an NFT with a guarantee of ${inFil(GUARANTEE)} is refused: ${error}`);
  await stage.native(cast.owner, miner, SEND, new Uint8Array(0), COVER);
  print.done(
    `the owner sends the miner ${inFil(COVER)}: what stands behind guarantees stays the owner's, unless they fall due`,
  );
}

/** Week by week to the NFTs' date, and on until everything is paid out and everybody has left. */
async function live(stage: Stage, ids: readonly bigint[]): Promise<void> {
  const { cast, miner, nft, print } = stage;
  const reader = stage.pool;
  print.text("Week by week. Amounts in FIL; enters and leaves at: what a share costs, and what it brings.");
  const table = print.columns(
    COLUMNS.map((title) => ({ title })),
    [SAMPLE],
  );
  table.head();
  const begin = await stage.epoch();
  const { expiry } = await nft.powerOf(ids[0] ?? 0n);
  let ticket: bigint | undefined;
  for (let week = 1n; ; week += 1n) {
    await nextDay(stage, WEEK);
    await work(stage, ids, table, ((await stage.epoch()) - begin) / EPOCHS_PER_DAY);
    if (week === LEAVING_WEEK) {
      await leave(stage, cast.Alice);
      ticket = await leave(stage, cast.Bob);
    }
    if (week === RETURN_WEEK) {
      await join(stage, cast.Alice, RETURN);
      await stage.send(cast.keeper, "pool", "payTickets", []);
    }
    if (ticket !== undefined && (await reader.ticketOf(ticket)).pending === 0n) {
      await claimTicket(stage, cast.Bob, ticket);
      ticket = undefined;
    }
    const over = (await stage.epoch()) > expiry && (await nft.minerAccount(miner.id)).owed === 0n;
    const { heldBack, machines } = await reader.accounts();
    if (over && machines === 0n && heldBack === 0n && ticket === undefined) break;
  }
  print.done("both NFTs have reached their date; whoever stayed leaves too");
  await leave(stage, cast.Alice);
  await leave(stage, cast.Carol);
  await leave(stage, cast.Dave);
}

/** Measures, harvests, books, collects: what keepers do. */
async function work(stage: Stage, ids: readonly bigint[], table: Table, day: bigint): Promise<void> {
  const { cast, miner } = stage;
  await stage.send(cast.keeper, "powerNFT", "sync", [miner.id]);
  await stage.send(cast.keeper, "powerNFT", "harvest", [miner.id]);
  const settled = stage.event(await stage.send(cast.keeper, "pool", "settle", []), "pool", "Settled");
  await stage.send(cast.keeper, "pool", "collect", [ids]);
  const reader = stage.pool;
  const [accounts, enter, leaving] = await Promise.all([
    reader.accounts(),
    reader.convertToAssets(ONE_SHARE),
    reader.previewExit(ONE_SHARE),
  ]);
  const unpaid = await Promise.all(ids.map(async (id) => (await reader.machineOf(id)).unpaid));
  const queue = await reader.previewExit(accounts.waiting);
  table.row([
    day.toString(),
    fil((settled?.income ?? 0n) as bigint),
    fil((settled?.amortised ?? 0n) as bigint),
    fil(unpaid.reduce((sum, amount) => sum + amount, 0n)),
    fil(accounts.cash),
    fil(enter, PRICE_DIGITS),
    fil(leaving.worth, PRICE_DIGITS),
    fil(queue.worth),
  ]);
}

/** Somebody leaves with everything. @returns the ticket for what cash did not suffice for. */
async function leave(stage: Stage, who: Person): Promise<bigint | undefined> {
  const reader = stage.pool;
  const shares = await reader.balanceOf(who.evm);
  const done = await stage.send(who, "pool", "exitToFil", [shares, who.evm, 0n]);
  const paid = amount(stage, done, "Withdraw", "assets");
  const ticket = stage.event(done, "pool", "RedeemRequest")?.requestId as bigint | undefined;
  if (ticket === undefined) {
    stage.print.done(`${who.name} leaves and is paid ${inFil(paid)} at once`);
    return undefined;
  }
  const { pending } = await reader.ticketOf(ticket);
  const [{ worth }, wait] = await Promise.all([reader.previewExit(pending), reader.estimatedWait(ticket)]);
  stage.print.done(
    `${who.name} leaves: paid ${inFil(paid)} now; ticket ${ticket} for ${inFil(worth)}, ` +
      `estimate ${wait / EPOCHS_PER_DAY + 1n} days`,
  );
  return ticket;
}

async function claimTicket(stage: Stage, who: Person, ticket: bigint): Promise<void> {
  const { claimable } = await stage.pool.ticketOf(ticket);
  const done = await stage.send(who, "pool", "redeemToFil", [claimable, who.evm, who.evm]);
  stage.print.done(`ticket ${ticket} is paid: ${who.name} claims ${inFil(amount(stage, done, "Withdraw", "assets"))}`);
}

function amount(stage: Stage, done: Done, event: string, field: string): bigint {
  return (stage.event(done, "pool", event)?.[field] ?? 0n) as bigint;
}

/** To the beginning of a day that is so many days away. */
async function nextDay(stage: Stage, days: bigint): Promise<void> {
  const today = (await stage.epoch()) / EPOCHS_PER_DAY;
  await stage.advanceTo((today + days) * EPOCHS_PER_DAY);
}
