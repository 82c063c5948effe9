import { z } from "zod";

import { jointMiningPoolAbi } from "../abi/jointMiningPool.ts";
import type { Hex } from "../hex.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";
import { ContractReader, hex } from "./ethCall.ts";

const uint = z.bigint();

const accounts = z.object({
  cash: uint,
  claimable: uint,
  unsoldFil: uint,
  deposits: uint,
  openCost: uint,
  machinesUpper: uint,
  machinesLower: uint,
  receivables: uint,
  soundReceivables: uint,
  expectedPerDay: uint,
  heldBack: uint,
  upper: uint,
  lower: uint,
  utilisation: uint,
  waiting: uint,
  settledAt: uint,
  machines: uint,
});
const machine = z.object({
  id: uint,
  minerId: uint,
  provider: uint,
  expiry: uint,
  nominalPower: uint,
  boughtWeight: uint,
  weight: uint,
  cost: uint,
  unpaid: uint,
  writtenDown: uint,
  earned: uint,
  guaranteeDue: uint,
  receivable: uint,
  realisedPerDay: uint,
  measured: z.boolean(),
  idleSince: uint,
});
const policy = z.object({
  cautiousBps: uint,
  bidBps: uint,
  askBps: uint,
  dailyBps: uint,
  maxUtilisationBps: uint,
  reserveBps: uint,
  perProviderBps: uint,
  minTermDays: uint,
  releaseFrames: uint,
});
const ticket = z.object({
  controller: hex,
  shares: uint,
  ahead: uint,
  pending: uint,
  claimable: uint,
  assets: uint,
  claimed: uint,
});
const exitPreview = z.object({ assets: uint, waits: uint, worth: uint });
const payment = z.object({ shares: uint, assets: uint });
const appraisal = z.object({
  price: uint,
  bid: uint,
  guaranteed: uint,
  unpaidIncome: uint,
  perDay: uint,
  daysLeft: uint,
  weight: uint,
  provider: uint,
});

export type PoolAccounts = z.output<typeof accounts>;
export type Machine = z.output<typeof machine>;
export type PoolPolicy = z.output<typeof policy>;
export type Ticket = z.output<typeof ticket>;
export type ExitPreview = z.output<typeof exitPreview>;
/** Shares that are paid, and what they bring, rounded down. */
export type TicketPayment = z.output<typeof payment>;
/** What a pool makes of an NFT on sale: `IJointMiningPool.Appraisal`. */
export type Appraisal = z.output<typeof appraisal>;

/** Reads a JointMiningPool. Units are those of IJointMiningPool: the asset's smallest unit, bytes, epochs, basis points. */
export class PoolReader {
  readonly address: Hex;
  readonly #contract: ContractReader;

  constructor(request: JsonRpcRequest, address: Hex, block?: string) {
    this.address = address;
    this.#contract = new ContractReader(request, address, jointMiningPoolAbi, block);
  }

  accounts(): Promise<PoolAccounts> {
    return this.#contract.read(accounts, "accounts");
  }
  policy(): Promise<PoolPolicy> {
    return this.#contract.read(policy, "policy");
  }
  machineIds(): Promise<readonly bigint[]> {
    return this.#contract.read(z.array(uint), "machineIds");
  }
  machineOf(id: bigint): Promise<Machine> {
    return this.#contract.read(machine, "machineOf", [id]);
  }
  totalSupply(): Promise<bigint> {
    return this.#contract.read(uint, "totalSupply");
  }
  balanceOf(account: Hex): Promise<bigint> {
    return this.#contract.read(uint, "balanceOf", [account]);
  }
  previewDeposit(assets: bigint): Promise<bigint> {
    return this.#contract.read(uint, "previewDeposit", [assets]);
  }
  /** What shares stand for at the price of who enters. */
  convertToAssets(shares: bigint): Promise<bigint> {
    return this.#contract.read(uint, "convertToAssets", [shares]);
  }
  /** What is paid at once, the shares that would wait, and what all of them are worth to who leaves. */
  previewExit(shares: bigint): Promise<ExitPreview> {
    return this.#contract.read(exitPreview, "previewExit", [shares]);
  }
  /** Its controller is the zero address where there is no such ticket, or it was claimed in full. */
  ticketOf(requestId: bigint): Promise<Ticket> {
    return this.#contract.read(ticket, "ticketOf", [requestId]);
  }
  /** Open tickets, oldest first. */
  ticketsOf(controller: Hex): Promise<readonly bigint[]> {
    return this.#contract.read(z.array(uint), "ticketsOf", [controller]);
  }
  /** Epochs until a ticket is paid in full; the largest number of 256 bits where no income is expected. */
  estimatedWait(requestId: bigint): Promise<bigint> {
    return this.#contract.read(uint, "estimatedWait", [requestId]);
  }
  /** What the pool makes of an NFT on sale, as of its miner's last sync; the node refuses as the contract would. */
  appraise(id: bigint): Promise<Appraisal> {
    return this.#contract.read(appraisal, "appraise", [id]);
  }
  /** What `payTickets` would pay now. */
  payableTickets(): Promise<TicketPayment> {
    return this.#contract.read(payment, "payTickets");
  }
  isSettled(): Promise<boolean> {
    return this.#contract.read(z.boolean(), "isSettled");
  }
  depositCap(): Promise<bigint> {
    return this.#contract.read(uint, "depositCap");
  }
  entriesPausedUntil(): Promise<bigint> {
    return this.#contract.read(uint, "entriesPausedUntil");
  }
  minDeposit(): Promise<bigint> {
    return this.#contract.read(uint, "MIN_DEPOSIT");
  }
  exitFeeBps(): Promise<bigint> {
    return this.#contract.read(uint, "EXIT_FEE_BPS");
  }
  maxMachines(): Promise<bigint> {
    return this.#contract.read(uint, "MAX_MACHINES");
  }
  maxSoldBps(): Promise<bigint> {
    return this.#contract.read(uint, "MAX_SOLD_BPS");
  }
  /** Epochs without power after which a loss is final. */
  writeOffDelay(): Promise<bigint> {
    return this.#contract.read(uint, "WRITE_OFF_DELAY");
  }
  /** Whether its asset is wrapped FIL, and all its cash FIL. */
  isFil(): Promise<boolean> {
    return this.#contract.read(z.boolean(), "IS_FIL");
  }
  /** WFIL, or a stablecoin. */
  asset(): Promise<Hex> {
    return this.#contract.read(hex, "asset");
  }
  powerNft(): Promise<Hex> {
    return this.#contract.read(hex, "POWER_NFT");
  }
  powerMarket(): Promise<Hex> {
    return this.#contract.read(hex, "POWER_MARKET");
  }
  /** Where a stablecoin pool's FIL is sold; the zero address in a pool over WFIL. */
  filAuction(): Promise<Hex> {
    return this.#contract.read(hex, "FIL_AUCTION");
  }
}
