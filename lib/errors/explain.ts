import { ErrorDescription, Interface } from "ethers";
import { z } from "zod";

import { accessManagerAbi } from "../abi/accessManager.ts";
import { filAuctionAbi } from "../abi/filAuction.ts";
import { jointMiningPoolAbi } from "../abi/jointMiningPool.ts";
import { minerRegistryAbi } from "../abi/minerRegistry.ts";
import { minerVaultAbi } from "../abi/minerVault.ts";
import { powerMarketAbi } from "../abi/powerMarket.ts";
import { powerNftAbi } from "../abi/powerNft.ts";
import { powerOracleAbi } from "../abi/powerOracle.ts";
import type { NetworkPrefix } from "../address/Address.ts";
import { Address } from "../address/Address.ts";
import { fromHex, type Hex } from "../hex.ts";
import { type Clock, formatSpan } from "../time/clock.ts";
import { formatFil } from "../units/fil.ts";
import { formatPercent } from "../units/percent.ts";
import { formatPower } from "../units/power.ts";

/** How the network in use writes addresses and dates. */
export interface Locale {
  readonly prefix: NetworkPrefix;
  readonly clock?: Clock | undefined;
}

/** A contract's refusal, in the contract's words and in ours. */
export interface Explanation {
  /** The name of the custom error. */
  readonly error: string;
  /** The error as the contract raised it, with its values. */
  readonly raw: string;
  /** A sentence that says what to do. */
  readonly sentence: string;
}

/** The arguments of one error, by name. */
class Facts {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #locale: Locale;

  constructor(description: ErrorDescription, locale: Locale) {
    this.#values = new Map(
      description.fragment.inputs.map((input, index) => [input.name, description.args[index] as unknown]),
    );
    this.#locale = locale;
  }

  number(name: string): bigint {
    return z.bigint().parse(this.#values.get(name));
  }

  text(name: string): string {
    return z.string().parse(this.#values.get(name));
  }

  actor(name: string): string {
    return `${this.#locale.prefix}0${this.number(name)}`;
  }

  /** An address of the EVM in the form that people know it by. */
  address(name: string): string {
    const evm = this.text(name);
    const address = Address.fromEvmBytes(fromHex(evm));
    return address.kind === "id" ? address.toString(this.#locale.prefix) : evm;
  }

  fil(name: string): string {
    return formatFil(this.number(name));
  }

  power(name: string): string {
    return formatPower(this.number(name));
  }

  percent(name: string): string {
    return formatPercent(this.number(name));
  }

  epoch(name: string): string {
    const epoch = this.number(name);
    const date = this.#locale.clock?.format(epoch);
    return date === undefined ? `epoch ${epoch}` : `${date} (epoch ${epoch})`;
  }

  /** Why an actor refused, from its exit code. */
  exit(name: string): string {
    const code = this.number(name);
    return `${EXIT_CODES[code.toString()] ?? "an error without a known meaning"} (exit code ${code})`;
  }
}

const EXIT_CODES: Readonly<Record<string, string>> = {
  "-13": "it was asked to write while only reading is allowed",
  "-6": "there is no such actor",
  "-5": "there is not enough money",
  "-3": "a limit of the machine was reached",
  0: "the machine did not make the call",
  7: "the gas did not suffice",
  16: "the values do not fit",
  17: "what was named does not exist",
  18: "it is forbidden now: terminations are pending, or the right to withdraw has ended",
  19: "the money does not suffice for the miner's fee debt",
  20: "the miner's state is illegal",
  21: "the parameters could not be read",
  22: "the actor has no such method",
  33: "the contract reverted",
};

const INTERNAL = "This is a fault of the software: report it with the line below, please.";
const NO_ARREARS =
  "while income that is owed went elsewhere, nothing new begins. Harvest (`miner harvest`) until nothing is in arrears.";

/** One sentence for every custom error of the contracts' interfaces and of the libraries that they are built on. */
export const SENTENCES: Readonly<Record<string, (facts: Facts) => string>> = {
  // Power NFTs
  UnknownNFT: (f) => `NFT ${f.number("id")} does not exist: it was never minted, or it was burned. Check the number.`,
  WrongMiner: (f) =>
    `NFT ${f.number("id")} belongs to ${f.actor("minerId")}, not to ${f.actor("expected")}: name only NFTs of one miner.`,
  NotAscending: (f) =>
    `NFT ${f.number("id")} is named after ${f.number("previous")}: name every NFT once, smallest number first.`,
  LengthMismatch: (f) =>
    `${f.number("ids")} NFTs but ${f.number("values")} values were given: give exactly one value for each NFT.`,
  WeightAboveNominal: (f) =>
    `NFT ${f.number("id")} cannot weigh ${f.power("weight")}: it was minted with ${f.power("nominalPower")}. Report at most that.`,
  NotOracle: (f) =>
    `${f.address("caller")} may not set weights: only the oracle's contract does, by a report or a challenge.`,
  StaleFrame: (f) =>
    `The report of frame ${f.number("frame")} says nothing new of these NFTs of ${f.actor("minerId")}: a later word was applied already. Apply the next report.`,
  NothingToLower: (f) =>
    `NFT ${f.number("id")} weighs ${f.power("weight")}, and the proof leaves it ${f.power("proven")}: prove more of its sectors in one challenge. An expired NFT cannot be challenged.`,
  NotStorageProvider: (f) =>
    `${f.address("caller")} may not mint on ${f.actor("minerId")}: use the miner's owner, or let the owner name this address with \`miner operator\`.`,
  VaultNotActive: (f) =>
    `The vault of ${f.actor("minerId")} is not its beneficiary: run \`miner propose\`, then \`miner activate\`.`,
  InArrears: (f) => `${f.actor("minerId")} is ${f.fil("arrears")} in arrears: ${NO_ARREARS}`,
  NotCovered: (f) =>
    `${f.actor("minerId")} would cover its guarantees of ${f.fil("remaining")} with ${f.fil("cover")} only: promise or withdraw less, or send FIL to the miner.`,
  MintingIsPaused: (f) => `Minting is paused: try again after ${f.epoch("until")}.`,
  ExpiryOffGrid: (f) => `NFTs expire on fixed dates, 30 days apart: choose ${f.epoch("before")} or ${f.epoch("next")}.`,
  TermOutOfRange: (f) =>
    `The expiry ${f.epoch("expiry")} is too near or too far: choose a date from ${f.epoch("earliest")} to ${f.epoch("latest")}.`,
  SectorCountOutOfRange: (f) =>
    `${f.number("count")} sectors are too few or too many for one NFT: name 1 to ${f.number("maximum")}, and mint several NFTs for more.`,
  BadSectorRange: (f) =>
    `Sectors ${f.number("start")} (${f.number("count")} of them) are empty, out of order or named twice: name each sector once, in ascending order.`,
  SectorCommitted: (f) =>
    `Sector ${f.number("sector")} of ${f.actor("minerId")} backs another NFT that is alive: name other sectors.`,
  NoPower: () => "An NFT needs some power: name how much with --power, like 16TiB.",
  FeeTooHigh: (f) =>
    `A fee of ${f.percent("bps")} is above the limit of ${f.percent("maximumBps")}: lower the fee, or accept more.`,
  OutOfRange: (f) =>
    `${f.number("value")} is outside the hard range of ${f.number("minimum")} to ${f.number("maximum")}: choose a value within it.`,
  PauseNotAllowed: (f) =>
    `A pause until ${f.epoch("requestedUntil")} is not allowed: it may last until ${f.epoch("longestUntil")} at most, and the next may begin at ${f.epoch("nextAllowedAt")}.`,
  NotBurnable: (f) =>
    `NFT ${f.number("id")} cannot be burned: wait for its expiry at ${f.epoch("expiry")}, then harvest until nothing is unpaid (${f.fil("unpaid")} now).`,
  TooEarlyToSkip: (f) =>
    `Measuring ${f.actor("minerId")} cannot be given up before ${f.epoch("earliest")}: sync it instead (\`miner harvest\`).`,
  NotExpired: (f) => `NFT ${f.number("id")} is alive until ${f.epoch("expiry")}: its sectors are freed after that.`,
  UseEthereumAddress: (f) =>
    `${f.address("masked")} is an Ethereum account or contract, which acts under ${f.address("ethereum")}: name that address.`,
  BadPayee: (f) => `${f.address("to")} cannot be paid: name an account, a multisig or a wallet with --to.`,
  WiringMismatch: () => "The contracts were built for other addresses: deploy them again, together.",

  // The oracle
  BadMembers: (f) =>
    `Member ${f.number("index")} cannot be: name 1 to ${f.number("maximum")} different addresses, in ascending order.`,
  BadQuorum: (f) =>
    `A quorum of ${f.number("quorum")} is no majority of the members: choose ${f.number("least")} to ${f.number("most")}.`,
  NotMember: (f) =>
    `${f.address("caller")} is neither a member of the oracle nor the delegate of one: send from who is, or let governance add it.`,
  DelegateTaken: (f) =>
    `${f.address("delegate")} belongs to member ${f.address("member")} already: name a key that nobody else uses.`,
  FrameNotBegun: (f) => `Frame ${f.number("frame")} has not begun: report on it after ${f.epoch("beginsAt")}.`,
  FrameOver: (f) =>
    `Frame ${f.number("frame")} is over: the members have agreed on frame ${f.number("lastFrame")}. Go on with that one, or the next.`,
  FrameTooOld: (f) =>
    `Frame ${f.number("frame")} is too old: only frame ${f.number("oldest")} and later ones count. Report on a later one.`,
  NoRoot: () => "A report without a root says nothing: submit the root of the report's tree.",
  NoReport: (f) => `The members have not agreed on a report of frame ${f.number("frame")}: wait until a quorum has.`,
  NotInReport: (f) =>
    `This page is not in the report of frame ${f.number("frame")}: make page and proof again from the report that was agreed on.`,
  PageTooLong: (f) => `A page of ${f.number("length")} NFTs is too long: put at most ${f.number("maximum")} into each.`,
  BadLengths: (f) =>
    `${f.number("sectors")} sectors, ${f.number("proofs")} proofs and ${f.number("aux")} places do not fit together: give one of each for every sector.`,
  SectorsNotAscending: (f) =>
    `Sector ${f.number("sector")} is named after ${f.number("previous")}: name every sector once, smallest number first.`,
  ForeignSector: (f) => `Sector ${f.number("sector")} does not back NFT ${f.number("id")}: name only sectors that do.`,
  NotAttested: (f) => `NFT ${f.number("id")} was never attested: it has no weight that a challenge could lower.`,
  NotProven: (f) =>
    `${f.actor("minerId")} does not confirm what is said of sector ${f.number("sector")}: look at its state, and at the place that was given for it.`,

  // Vaults
  NotAClone: () =>
    "This is the code that all vaults share, not a vault: use the vault of a miner (`miner create-vault`).",
  NotPowerNFT: (f) => `${f.address("caller")} may not move a vault's cash: only PowerNFT does. Use \`miner harvest\`.`,
  NotOwnerOrOperator: (f) =>
    `${f.address("caller")} is neither the owner (${f.actor("ownerId")}) nor its operator: use the owner, or let it name this address with \`miner operator\`.`,
  NotOwner: (f) =>
    `${f.address("caller")} is not the owner of the miner: send from ${f.actor("ownerId")}, for example with --output lotus.`,
  AlreadyBeneficiary: (f) => `The vault is the beneficiary of ${f.actor("minerId")} already: nothing is left to do.`,
  NothingProposed: (f) =>
    `No change of beneficiary is pending on ${f.actor("minerId")}: the owner has to propose it first, see \`miner propose\` (with --return to take the role back).`,
  WrongNominee: (f) =>
    `The pending proposal names ${f.actor("proposed")}, but the vault is ${f.actor("required")}: propose again with the command of \`miner propose\` and --overwrite-pending-change.`,
  QuotaTooLow: (f) =>
    `The proposed quota is ${f.fil("proposed")}, but must be ${f.fil("required")}: propose again with --overwrite-pending-change. It is a ceiling that never runs out; the vault takes only what is owed.`,
  ExpirationTooEarly: (f) =>
    `The proposed term ends at epoch ${f.number("proposed")}, but must not end before ${f.number("required")}: propose again with --overwrite-pending-change.`,
  NotBeneficiary: (f) =>
    `The beneficiary of ${f.actor("minerId")} is ${f.actor("beneficiaryId")}, not its vault: see \`miner check\` for who has to approve.`,
  NotAReturnToOwner: (f) =>
    `The pending proposal names ${f.actor("nominee")}, or has a quota or a term: to take the role back, the owner (${f.actor("ownerId")}) proposes itself with quota 0 and expiration 0, see \`miner propose --return\`.`,
  LivingNFTs: (f) =>
    `${f.number("count")} power NFTs of ${f.actor("minerId")} are alive: release after the last one has expired.`,
  StillOwed: (f) =>
    `${f.fil("amount")} of ${f.actor("minerId")} are still owed to holders: harvest again when more has vested, or send FIL to the miner.`,
  WithdrawalFailed: (f) =>
    `${f.actor("minerId")} refuses the withdrawal: ${f.exit("exitCode")}. Clear that first, then try again.`,
  InsufficientAvailable: (f) =>
    `Only ${f.fil("available")} can be paid to the owner now, not ${f.fil("wanted")}: ask for less.`,

  // The market
  NotHolder: (f) =>
    `NFT ${f.number("id")} belongs to ${f.address("holder")}, not to ${f.address("caller")}: only its holder can sell it.`,
  NoPrice: () => "A price, a reserve or an offer of nothing is not taken: name an amount above 0.",
  CoinNotAllowed: (f) =>
    `The market does not take ${f.address("coin")}: use FIL, or an ERC-20 that governance has allowed.`,
  OrderTermOutOfRange: (f) =>
    `An order cannot stand until epoch ${f.number("expiry")}: choose an end from ${f.epoch("earliest")} to ${f.epoch("latest")} with --until.`,
  NotListed: (f) => `NFT ${f.number("id")} is not for sale at a fixed price: see \`market show ${f.number("id")}\`.`,
  ListingExpired: (f) =>
    `The listing of NFT ${f.number("id")} ended at ${f.epoch("expiry")}: ask its seller to list it again.`,
  NotSeller: (f) =>
    `NFT ${f.number("id")} is auctioned by ${f.address("seller")}, not by ${f.address("caller")}: only its seller can cancel that.`,
  HolderChanged: (f) =>
    `NFT ${f.number("id")} was listed by ${f.address("seller")}, but belongs to ${f.address("holder")} now: its new holder has to list it.`,
  MarketNotApproved: (f) =>
    `${f.address("seller")} does not let the market move NFT ${f.number("id")}, or no longer: it has to approve the market for it.`,
  OtherCoin: (f) =>
    `NFT ${f.number("id")} is priced in ${f.address("coin")}, not in ${f.address("named")}: look at the price again.`,
  PriceTooHigh: (f) =>
    `NFT ${f.number("id")} costs more than you allow (${f.number("price")} instead of ${f.number("maximum")} of the coin's smallest units): raise --max-price, or leave it.`,
  WeightTooLow: (f) =>
    `NFT ${f.number("id")} earns with ${f.power("weight")}, less than the ${f.power("minimum")} that are asked for: look at it again, or lower --min-power.`,
  ExpiryTooEarly: (f) =>
    `NFT ${f.number("id")} expires at ${f.epoch("expiry")}, earlier than asked for (${f.epoch("minimum")}): lower --min-expiry, or leave it.`,
  IncomeFeesTooHigh: (f) =>
    `The fees on the income of NFT ${f.number("id")} are ${f.percent("bps")}, more than ${f.percent("maximumBps")}: raise --max-fee, or leave it.`,
  RoyaltyTooHigh: (f) =>
    `The royalty on sales of NFT ${f.number("id")} is ${f.percent("bps")}, more than ${f.percent("maximumBps")}: raise --max-royalty, or leave it.`,
  UnpaidOutOfBounds: (f) =>
    `${f.fil("unpaid")} go along unpaid with NFT ${f.number("id")}, but ${f.fil("minimum")} to ${f.fil("maximum")} are asked for: look at it again.`,
  WrongValue: (f) => `${f.fil("sent")} were sent along instead of ${f.fil("needed")}: look at the price again.`,
  TooFewNamed: (f) =>
    `Only ${f.number("named")} NFTs are named, so ${f.number("atLeast")} cannot be bought: lower --at-least.`,
  BadReceiver: (f) =>
    `Nobody could take NFTs, shares or money at ${f.address("to")}: name an account, a multisig or a wallet with --to.`,
  BadTarget: () => "An offer is for one NFT or for any of one miner's: name exactly one of both.",
  UnknownOffer: (f) => `There is no offer ${f.number("offerId")}: it was accepted, cancelled or never made.`,
  OfferExpired: (f) => `Offer ${f.number("offerId")} ended at ${f.epoch("expiry")}: look for another one.`,
  NotMaker: (f) =>
    `Offer ${f.number("offerId")} is of ${f.address("maker")}, not of ${f.address("caller")}: only its maker can cancel it before it ends.`,
  OtherNFT: (f) => `Offer ${f.number("offerId")} is for NFT ${f.number("offered")}, not for NFT ${f.number("id")}.`,
  NotAuctioned: (f) => `NFT ${f.number("id")} is not auctioned: see \`market show ${f.number("id")}\`.`,
  DurationOutOfRange: (f) =>
    `An auction cannot last ${formatSpan(f.number("duration"))}: choose ${formatSpan(f.number("minimum"))} to ${formatSpan(f.number("maximum"))} with --duration.`,
  AuctionOver: (f) =>
    `The auction of NFT ${f.number("id")} ended at ${f.epoch("end")}: \`market settle ${f.number("id")}\` hands it over.`,
  AuctionRunning: (f) =>
    `The auction of NFT ${f.number("id")} takes bids until ${f.epoch("end")}: settle it after that.`,
  BidTooLow: (f) =>
    `The bid for NFT ${f.number("id")} is too low (${f.number("bid")} instead of ${f.number("minimum")} of the coin's smallest units): bid more.`,
  HasBid: (f) => `${f.address("bidder")} has bid for NFT ${f.number("id")}: the auction goes on to its end.`,
  InexactCoin: (f) =>
    `${f.address("coin")} takes fees or changes balances by itself (${f.number("arrived")} arrived of ${f.number("expected")}): use another coin.`,
  CoinShort: (f) =>
    `The market holds less of ${f.address("coin")} than it owes (${f.number("cash")} of ${f.number("owed")}): use another coin.`,
  Reentered: (f) => `${f.address("coin")} called back while it was paid: use another coin.`,
  BadCoin: (f) => `${f.address("coin")} cannot be a coin of the market: name an ERC-20 with 18 decimals at most.`,
  TooManyCoins: (f) =>
    `${f.number("maximum")} coins have been allowed, which is all that there can be: use one of them.`,

  // The registry
  NoPowerClaim: (f) =>
    `${f.actor("minerId")} has no claim with the power actor: check the number; a new miner needs its first proven sector.`,

  // Calls to actors
  ActorError: (f) =>
    `${f.actor("actor")} refused method ${f.number("method")}: ${f.exit("exitCode")}. Check its state with \`miner check\`.`,
  BadAnswer: (f) =>
    `${f.actor("actor")} does not answer method ${f.number("method")} like the actor it should be: check the id.`,
  CallRefused: (f) =>
    `The machine did not call ${f.actor("actor")} (method ${f.number("method")}): nothing can be written while only reading. Send it as a transaction.`,
  SendFailed: (f) =>
    `${f.fil("amount")} could not be paid to ${f.address("to")}: ${f.exit("exitCode")}. Name another payee.`,

  // Joint mining pools and their auction
  BelowMinimum: (f) =>
    `${f.number("amount")} of the asset's smallest units are less than the least, ${f.number("minimum")}: one unit of the asset, or for who leaves all that it has.`,
  AboveMaximum: (f) =>
    `${f.number("amount")} of the asset's smallest units are more than the pool takes now: deposit at most ${f.number("maximum")}.`,
  NotSettled: (f) =>
    `The pool was settled last in frame ${f.number("settledFrame")}, and this is frame ${f.number("frame")}: settle it first, which anyone may.`,
  EntriesArePaused: (f) =>
    `Deposits and purchases are paused: try again after ${f.epoch("until")}. Who is in can leave.`,
  WeightUnconfirmed: (f) =>
    `A report found less power of machines (${f.number("doubtful")} of ${f.number("upper")} are in doubt): deposit when the next report has spoken, within a day.`,
  TooFewShares: (f) =>
    `The deposit brings ${f.number("shares")} shares, fewer than the ${f.number("minimum")} that you accept: look at the price again.`,
  TooFewAssets: (f) =>
    `The shares are worth ${f.number("assets")} of the asset's smallest units, less than the ${f.number("minimum")} that you accept: look at the price again.`,
  NotFilPool: () => "This pool takes and gives no FIL: use its own coin, or the pool over FIL.",
  UseDepositFil: () => "FIL that is merely sent credits nobody: deposit it with `pool deposit`.",
  AsyncRedeem: () =>
    "What a ticket brings is known when it is paid, so there is no preview: ask `previewExit` instead.",
  NotAuthorised: (f) =>
    `${f.address("caller")} may not act for ${f.address("account")}: send it from there, or let it name an operator.`,
  NotClaimable: (f) =>
    `Only ${f.number("claimable")} can be claimed of the ${f.number("asked")} that were asked for: the rest still waits.`,
  TooManyTickets: (f) =>
    `${f.address("controller")} has ${f.number("maximum")} open tickets already: claim one first with \`pool claim\`.`,
  UnknownTicket: (f) => `There is no ticket ${f.number("requestId")}: it was claimed in full, or never made.`,
  NotMachine: (f) => `NFT ${f.number("id")} is not a machine of this pool: see the machines with \`pool info\`.`,
  InexactAsset: (f) =>
    `The coin takes fees or changes balances by itself (${f.number("arrived")} arrived of ${f.number("expected")}): such a coin is not taken.`,
  AssetShort: (f) =>
    `The pool holds less than its accounts say (${f.number("held")} of ${f.number("needed")}): nobody can enter; who is in can leave.`,
  PolicyOutOfRange: (f) =>
    `Figure ${f.number("field")} of the policy is outside its hard range of ${f.number("minimum")} to ${f.number("maximum")}: choose a value within it.`,
  NotAuction: (f) => `${f.address("caller")} may not sell the pool's FIL: only its auction does.`,
  BadPool: () => "These contracts do not make a pool: name PowerNFT, the market, and WFIL or a coin with its auction.",
  NotOnSale: (f) =>
    `NFT ${f.number("id")} is not listed by its holder in the pool's coin (but in ${f.address("coin")}): list it first.`,
  TicketsWait: (f) =>
    `${f.number("shares")} shares of people who leave wait to be paid: machines are bought after that.`,
  TooManyMachines: (f) => `The pool has ${f.number("maximum")} machines already, as many as it can settle.`,
  AboveBid: (f) =>
    `NFT ${f.number("id")} costs ${f.number("price")} of the asset's smallest units, more than the ${f.number("bid")} that the pool bids: list it for less.`,
  NotGuaranteed: (f) =>
    `NFT ${f.number("id")} costs ${f.number("price")}, but what its guarantee may still bring is ${f.number("guaranteed")} (cover ${f.fil("cover")} for ${f.fil("toCover")}): list it for less, or send FIL to the miner.`,
  WeightInDoubt: (f) =>
    `NFT ${f.number("id")} was attested ${f.power("last")} after ${f.power("previous")}: the pool buys what was attested and has not fallen.`,
  SoldTooMuch: (f) =>
    `${f.actor("minerId")} has sold ${f.power("sold")} of ${f.power("qap")}: the pool buys only while a fifth of a miner's power is its own.`,
  MinerInArrears: (f) => `${f.actor("minerId")} is ${f.fil("arrears")} in arrears: ${NO_ARREARS}`,
  TermTooShort: (f) =>
    `NFT ${f.number("id")} expires at ${f.epoch("expiry")}, before the ${f.epoch("earliest")} that the pool's policy asks for.`,
  DailyLimit: (f) =>
    `The pool may spend ${f.number("left")} more in this frame, and the price is ${f.number("price")}: wait for the next one.`,
  UtilisationTooHigh: (f) =>
    `The purchase would lift utilisation to ${formatPercent(f.number("utilisation") / 10n ** 14n)}, above ${formatPercent(f.number("maximum") / 10n ** 14n)}: it needs more deposits.`,
  CashTooLow: (f) =>
    `The purchase would leave ${f.number("left")} of the asset's smallest units, less than the ${f.number("reserve")} for people who leave.`,
  ProviderTooLarge: (f) =>
    `Machines of ${f.actor("provider")} would stand for ${f.number("held")}, more than the ${f.number("maximum")} of the pool's policy: buy of another provider.`,
  AskTooHigh: (f) =>
    `The pool asks ${f.number("ask")} of the asset's smallest units for NFT ${f.number("id")}, more than ${f.number("maximum")}: offer more, or leave it.`,
  TooEarlyForLoss: (f) =>
    `NFT ${f.number("id")} is not lost yet: it still has power, or may have it again until ${f.epoch("earliest")}.`,
  LotRunning: (f) => `Lot ${f.number("lot")} still sells until ${f.epoch("end")}: buy of it, or wait.`,
  NoLot: () => "No lot sells now: start one, if the pool has FIL to sell.",
  LotTooSmall: (f) => `The pool has ${f.fil("amount")} to sell, less than a lot needs (${f.fil("minimum")}).`,
  OneLotAFrame: (f) => `Frame ${f.number("frame")} has had its lot: start the next one in the next frame.`,
  AmountOutOfRange: (f) => `${f.fil("amount")} cannot be bought: choose ${f.fil("minimum")} to ${f.fil("maximum")}.`,
  PriceAbove: (f) =>
    `One FIL costs ${f.number("price")} of the coin's smallest units now, more than ${f.number("maximum")}: wait, or offer more.`,
  BadAuction: () => "An auction needs a pool and a first price of one FIL: name both.",

  // OpenZeppelin
  AccessManagerAlreadyScheduled: () => "This is scheduled already: wait until it is ready, then carry it out.",
  AccessManagerExpired: () => "This was ready for more than a week, and has lapsed: schedule it again.",
  AccessManagerNotReady: () => "This was scheduled, but its delay is not over: carry it out later.",
  AccessManagerNotScheduled: () => "This has to be scheduled first, and to wait for its delay.",
  AccessManagerUnauthorizedAccount: (f) =>
    `${f.address("msgsender")} does not hold role ${f.number("roleId")}: send it from who does.`,
  AccessManagerUnauthorizedCall: (f) =>
    `${f.address("caller")} does not hold the role that this needs: send it from governance.`,
  AccessManagedInvalidAuthority: (f) => `${f.address("authority")} cannot be the access manager: name a contract.`,
  AccessManagedRequiredDelay: (f) =>
    `${f.address("caller")} has to schedule this and wait ${formatSpan(f.number("delay") / 30n)}: schedule it through the access manager first.`,
  AccessManagedUnauthorized: (f) =>
    `${f.address("caller")} does not hold the role that this needs: send it from who does.`,
  CloneArgumentsTooLong: () => INTERNAL,
  Create2EmptyBytecode: () => INTERNAL,
  SafeERC20FailedOperation: (f) =>
    `${f.address("token")} refused the transfer: check your balance of it and what the market may take.`,
  ERC20InsufficientAllowance: (f) =>
    `${f.address("spender")} may take only ${f.number("allowance")} of the ${f.number("needed")} units that are needed: allow more.`,
  ERC20InsufficientBalance: (f) =>
    `${f.address("sender")} has only ${f.number("balance")} of the ${f.number("needed")} units that are needed: get some more.`,
  ERC20InvalidApprover: (f) => `${f.address("approver")} cannot allow anything: send from another address.`,
  ERC20InvalidReceiver: (f) => `${f.address("receiver")} cannot get shares: name another address.`,
  ERC20InvalidSender: (f) => `${f.address("sender")} cannot give shares: send from another address.`,
  ERC20InvalidSpender: (f) => `${f.address("spender")} cannot be allowed anything: name another address.`,
  ReentrancyGuardReentrantCall: () => "A coin called back while it moved: use another coin.",
  FailedDeployment: () =>
    "The vault could not be deployed: try again; if that does not help, report it with the line below.",
  InsufficientBalance: () => INTERNAL,
  ERC721IncorrectOwner: (f) =>
    `NFT ${f.number("tokenId")} belongs to ${f.address("owner")}, not to ${f.address("sender")}: only its holder can move it.`,
  ERC721InsufficientApproval: (f) =>
    `${f.address("operator")} neither holds NFT ${f.number("tokenId")} nor was approved by its holder: send from the holder's address.`,
  ERC721InvalidApprover: (f) => `${f.address("approver")} may not approve others for this NFT: only its holder can.`,
  ERC721InvalidOperator: (f) => `${f.address("operator")} cannot be approved: name another address.`,
  ERC721InvalidOwner: (f) => `${f.address("owner")} cannot hold NFTs: name another address.`,
  ERC721InvalidReceiver: (f) => `${f.address("receiver")} cannot receive NFTs: name another address.`,
  ERC721InvalidSender: (f) => `${f.address("sender")} cannot send NFTs: name another address.`,
  ERC721NonexistentToken: (f) =>
    `NFT ${f.number("tokenId")} does not exist: it was never minted, or it was burned. Check the number.`,
  SafeCastOverflowedIntDowncast: () => INTERNAL,
  SafeCastOverflowedUintDowncast: () => INTERNAL,
  SafeCastOverflowedUintToInt: () => INTERNAL,
  StringsInsufficientHexLength: () => INTERNAL,
  CheckpointUnorderedInsertion: () => INTERNAL,
};

/** Errors that libraries raise inside our contracts, wherever they are declared. */
const SHARED_ERRORS = [
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ActorError(uint64 actor, uint64 method, int256 exitCode)",
  "error BadAnswer(uint64 actor, uint64 method)",
  "error CallRefused(uint64 actor, uint64 method)",
  "error SendFailed(address to, uint256 amount, int256 exitCode)",
  "error StringsInsufficientHexLength(uint256 value, uint256 length)",
  "error CheckpointUnorderedInsertion()",
];

/** 0x and four bytes. */
const SELECTOR_LENGTH = 10;

const INTERFACES = [
  powerNftAbi,
  powerOracleAbi,
  powerMarketAbi,
  jointMiningPoolAbi,
  filAuctionAbi,
  accessManagerAbi,
  minerVaultAbi,
  minerRegistryAbi,
  SHARED_ERRORS,
].map((abi) => new Interface(abi));

/** Translates the bytes of a revert; undefined when no contract of ours raised it. */
export function explainRevert(data: Hex, locale: Locale): Explanation | undefined {
  if (data.length < SELECTOR_LENGTH) return undefined;
  for (const contract of INTERFACES) {
    const description = contract.parseError(data);
    if (description === null) continue;
    const raw = `${description.name}(${description.args.map(String).join(", ")})`;
    // What every contract can raise: a failed assertion, or a plain text.
    if (description.name === "Error" || description.name === "Panic")
      return { error: description.name, raw, sentence: INTERNAL };
    const sentence = SENTENCES[description.name];
    if (sentence !== undefined)
      return { error: description.name, raw, sentence: sentence(new Facts(description, locale)) };
  }
  return undefined;
}
