import { emptyTask, task } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";

/** All tasks of the product, by what a person does. Each one's work is in the file of its name. */

const MINER = { name: "miner", description: "The miner's id, like f01234" } as const;
const JSON_FLAG = { name: "json", description: "Print one JSON object: plan, checks, tx, receipt, links" } as const;
const optional = <N extends string>(name: N, description: string) =>
  ({ name, description, type: ArgumentType.STRING_WITHOUT_DEFAULT, defaultValue: undefined }) as const;
/** Hardhat wants a default of every option; an empty one is refused by the task. */
const required = <N extends string>(name: N, description: string) =>
  ({ name, description, type: ArgumentType.STRING, defaultValue: "" }) as const;
const DEPLOYMENTS = optional("deployments", "File of contract addresses, instead of the network's own");
const FROM = optional("from", "Who sends: an account of PRIVATE_KEY, or an address in the wallet of the Lotus node");
const OUTPUT = {
  name: "output",
  description: "send; lotus: print the command for the Lotus tools; safe: print a batch for a Safe (--from it)",
  type: ArgumentType.STRING,
  defaultValue: "send",
} as const;
const REALLY = { name: "reallyDoIt", description: "Send; without it the plan is printed and simulated" } as const;

const reading = (id: string[], description: string) => task(id, description).addFlag(JSON_FLAG).addOption(DEPLOYMENTS);
const sending = (id: string[], description: string) =>
  reading(id, description).addFlag(REALLY).addOption(OUTPUT).addOption(FROM);

/** What a buyer can insist on; where nothing is said, what the plan shows. */
const BOUNDS = {
  minPower: optional("minPower", "The least power that it must earn with, like 15TiB"),
  minExpiry: optional("minExpiry", "The earliest date at which it may expire, like 2028-03-01"),
  maxFee: optional("maxFee", "The highest fees on its income, like 6%"),
  maxRoyalty: optional("maxRoyalty", "The highest royalty on its sales, like 5%"),
  minUnpaid: optional("minUnpaid", "The least unpaid income and guarantee that goes along, FIL"),
  maxUnpaid: optional("maxUnpaid", "The most of it, FIL"),
} as const;
const COIN = optional("coin", "0x address of an ERC-20; FIL when left out");
const UNTIL = optional("until", "Like 2026-12-31, or an epoch; 30 days from now when left out");
const NFT_ID = { name: "id", description: "The number of the NFT" } as const;
const bounded = (id: string[], description: string) =>
  sending(id, description)
    .addOption(BOUNDS.minPower)
    .addOption(BOUNDS.minExpiry)
    .addOption(BOUNDS.maxFee)
    .addOption(BOUNDS.maxRoyalty)
    .addOption(BOUNDS.minUnpaid)
    .addOption(BOUNDS.maxUnpaid);

const POOL = optional("pool", "Symbol, name or address of the pool; the one over FIL when left out");
const aboutPool = (id: string[], description: string) => reading(id, description).addOption(POOL);
const inPool = (id: string[], description: string) => sending(id, description).addOption(POOL);

export const tasks = [
  reading(["deploy"], "Deploys the contracts, and writes down where they are")
    .addOption(required("governance", "Who holds the roles at the beginning: a multisig, any address"))
    .addOption(required("guardian", "Who may pause new business for a week, any address"))
    .addOption(required("members", "Who attests weights: up to 32 addresses, like f1...,0x..."))
    .addOption(required("quorum", "How many members must agree: more than half"))
    .addFlag(REALLY)
    .addOption(FROM)
    .setAction(() => import("./deploy.ts"))
    .build(),

  emptyTask("miner", "For storage providers: enrol a miner, and look after it").build(),
  reading(["miner", "check"], "Tells whether a miner can be enrolled, and what stands in the way")
    .addPositionalArgument(MINER)
    .setAction(() => import("./miner/check.ts"))
    .build(),
  sending(["miner", "create-vault"], "Creates the vault of a miner")
    .addPositionalArgument(MINER)
    .setAction(() => import("./miner/createVault.ts"))
    .build(),
  reading(["miner", "propose"], "Prints what the owner signs to make the vault the beneficiary, or sends it")
    .addPositionalArgument(MINER)
    .addOption(optional("cli", "Where the owner's key is: lotus-miner, sptool, shed, msig or offline"))
    .addFlag({ name: "return", description: "Propose that the owner takes the role back instead" })
    .addFlag({ name: "send", description: "Send by the Lotus node, whose wallet holds the owner's key" })
    .addFlag(REALLY)
    .setAction(() => import("./miner/propose.ts"))
    .build(),
  reading(["miner", "watch"], "Waits for the owner's proposal and compares it with what the vault accepts")
    .addPositionalArgument(MINER)
    .addOption({
      name: "minutes",
      description: "How long to wait for a proposal; 0 only looks",
      type: ArgumentType.STRING,
      defaultValue: "30",
    })
    .setAction(() => import("./miner/watch.ts"))
    .build(),
  sending(["miner", "activate"], "Makes the vault the beneficiary, as the owner proposed")
    .addPositionalArgument(MINER)
    .setAction(() => import("./miner/activate.ts"))
    .build(),
  reading(["miner", "status"], "Shows what is earned, owed and payable, arrears, and the deadline of the next sync")
    .addPositionalArgument(MINER)
    .setAction(() => import("./miner/status.ts"))
    .build(),
  sending(["miner", "operator"], "Names who may mint and withdraw for the owner")
    .addPositionalArgument(MINER)
    .addPositionalArgument({ name: "operator", description: "Any address, or none" })
    .setAction(() => import("./miner/operator.ts"))
    .build(),
  sending(["miner", "harvest"], "Measures the income and takes what is owed out of the miner")
    .addPositionalArgument(MINER)
    .setAction(() => import("./miner/harvest.ts"))
    .build(),
  sending(["miner", "withdraw"], "Pays the owner its own money")
    .addPositionalArgument(MINER)
    .addPositionalArgument({ name: "amount", description: "FIL, like 25 or 1.5, or attoFIL, like 25afil" })
    .setAction(() => import("./miner/withdraw.ts"))
    .build(),
  sending(["miner", "release"], "Gives the role of beneficiary back to the owner")
    .addPositionalArgument(MINER)
    .setAction(() => import("./miner/release.ts"))
    .build(),

  emptyTask("nft", "For power NFTs: mint, look, claim, transfer").build(),
  sending(["nft", "mint"], "Mints a power NFT backed by named sectors")
    .addPositionalArgument(MINER)
    .addOption(required("sectors", "Like 1-500,700,900-1000"))
    .addOption(optional("power", "Nominal power, like 16TiB; the power of the sectors when left out"))
    .addOption(required("expires", "Like 2028-03-01, or an epoch; it falls on the 30-day date before"))
    .addOption({
      name: "spFee",
      description: "The provider's part of the income, like 5%",
      type: ArgumentType.STRING,
      defaultValue: "0%",
    })
    .addOption({
      name: "royalty",
      description: "The provider's part of later sales, like 1%",
      type: ArgumentType.STRING,
      defaultValue: "0%",
    })
    .addOption(optional("maxProtocolFee", "The highest protocol fee that is accepted; today's when left out"))
    .addOption(
      optional("guarantee", "FIL that the provider guarantees for power that goes missing; none when left out"),
    )
    .addOption(optional("to", "Who gets the NFT; the sender when left out"))
    .setAction(() => import("./nft/mint.ts"))
    .build(),
  reading(["nft", "show"], "Shows one NFT")
    .addPositionalArgument({ name: "id", description: "The number of the NFT" })
    .setAction(() => import("./nft/show.ts"))
    .build(),
  sending(["nft", "claim"], "Pays out what NFTs have earned and cash has covered")
    .addPositionalArgument({ ...optional("ids", "Numbers of NFTs, like 17 or 3,5-8") })
    .addFlag({ name: "all", description: "All NFTs of the sender, and its credit" })
    .addOption(optional("to", "Who is paid; the sender when left out"))
    .setAction(() => import("./nft/claim.ts"))
    .build(),
  sending(["nft", "transfer"], "Gives an NFT to somebody else")
    .addPositionalArgument({ name: "id", description: "The number of the NFT" })
    .addPositionalArgument({ name: "to", description: "The new holder, any address" })
    .setAction(() => import("./nft/transfer.ts"))
    .build(),

  emptyTask("market", "For sellers and buyers of power NFTs").build(),
  sending(["market", "list"], "Offers an NFT at a fixed price; it earns for you until it is sold")
    .addPositionalArgument(NFT_ID)
    .addOption({ name: "price", description: "What the buyer pays", type: ArgumentType.STRING, defaultValue: "" })
    .addOption(COIN)
    .addOption(UNTIL)
    .setAction(() => import("./market/list.ts"))
    .build(),
  sending(["market", "cancel"], "Ends a listing, an auction without bids, an offer, or all of them")
    .addPositionalArgument(optional("id", "The number of the NFT"))
    .addOption(optional("offer", "The number of the offer"))
    .addFlag({ name: "all", description: "All listings and offers of the sender" })
    .setAction(() => import("./market/cancel.ts"))
    .build(),
  bounded(["market", "buy"], "Buys listed NFTs, never worse than shown")
    .addPositionalArgument({ name: "ids", description: "Numbers of NFTs, like 17 or 3,5-8" })
    .addOption(optional("maxPrice", "The most that each may cost; its price when left out"))
    .addOption(optional("atLeast", "How many of several must be bought; all when left out"))
    .addOption(optional("to", "Who gets them; the sender when left out"))
    .setAction(() => import("./market/buy.ts"))
    .build(),
  bounded(["market", "offer"], "Offers to buy an NFT, or any of a miner's that is good enough")
    .addPositionalArgument({ name: "amount", description: "What you pay; it is put aside" })
    .addPositionalArgument(optional("id", "The number of the NFT"))
    .addOption(optional("miner", "Any NFT of this miner, like f01234"))
    .addOption(COIN)
    .addOption(UNTIL)
    .setAction(() => import("./market/offer.ts"))
    .build(),
  sending(["market", "accept"], "Sells an NFT to an offer")
    .addPositionalArgument({ name: "offer", description: "The number of the offer" })
    .addPositionalArgument(NFT_ID)
    .setAction(() => import("./market/accept.ts"))
    .build(),
  sending(["market", "auction"], "Auctions an NFT")
    .addPositionalArgument(NFT_ID)
    .addOption({ name: "reserve", description: "The least first bid", type: ArgumentType.STRING, defaultValue: "" })
    .addOption({ name: "duration", description: "Like 3d or 12h", type: ArgumentType.STRING, defaultValue: "3d" })
    .addOption(COIN)
    .setAction(() => import("./market/auction.ts"))
    .build(),
  bounded(["market", "bid"], "Bids for an auctioned NFT")
    .addPositionalArgument(NFT_ID)
    .addPositionalArgument({ name: "amount", description: "What you pay; it is put aside" })
    .setAction(() => import("./market/bid.ts"))
    .build(),
  sending(["market", "settle"], "Ends an auction whose time is over")
    .addPositionalArgument(NFT_ID)
    .setAction(() => import("./market/settle.ts"))
    .build(),
  sending(["market", "withdraw"], "Takes out what bids and sales have left as a credit")
    .addOption(COIN)
    .addOption(optional("to", "Who is paid; the sender when left out"))
    .setAction(() => import("./market/withdraw.ts"))
    .build(),
  reading(["market", "show"], "Shows how an NFT can be bought, and what is offered for it")
    .addPositionalArgument(NFT_ID)
    .setAction(() => import("./market/show.ts"))
    .build(),

  emptyTask("pool", "For joining mining together, from 1 FIL or 1 unit of a stablecoin on").build(),
  aboutPool(["pool", "info"], "Shows what the pool has, what a share costs and brings, its policy and machines")
    .setAction(() => import("./joint/info.ts"))
    .build(),
  inPool(
    ["pool", "deposit"],
    "Joins a pool: with FIL in one transaction, with a coin by allowing just the amount first",
  )
    .addPositionalArgument({
      name: "amount",
      description: "In the pool's asset, like 25 or 1.5; of FIL also attoFIL, like 25afil",
    })
    .addOption(optional("to", "Who gets the shares; the sender when left out"))
    .setAction(() => import("./joint/deposit.ts"))
    .build(),
  inPool(["pool", "exit"], "Leaves the pool: at once as far as cash allows, otherwise by a ticket")
    .addPositionalArgument({ name: "amount", description: "all, or money that the shares must bring, like 25" })
    .addOption(optional("to", "Who is paid at once; the sender when left out"))
    .setAction(() => import("./joint/exit.ts"))
    .build(),
  inPool(["pool", "claim"], "Takes what a ticket was paid")
    .addPositionalArgument({ name: "ticket", description: "The number of the ticket" })
    .addOption(optional("to", "Who is paid; the sender when left out"))
    .setAction(() => import("./joint/claim.ts"))
    .build(),
  aboutPool(["pool", "status"], "Shows somebody's shares, what they bring, and tickets")
    .addPositionalArgument(optional("address", "Any address; the first account of PRIVATE_KEY when left out"))
    .setAction(() => import("./joint/status.ts"))
    .build(),
  aboutPool(["pool", "history"], "Shows what happened in the pool lately, or what one person did there")
    .addPositionalArgument(optional("address", "Any address; everybody when left out"))
    .addOption({
      name: "days",
      description: "How far to look back, like 7",
      type: ArgumentType.STRING,
      defaultValue: "7",
    })
    .setAction(() => import("./joint/history.ts"))
    .build(),
  inPool(["pool", "buy-machine"], "Lets the pool buy a listed NFT, if it satisfies the policy")
    .addPositionalArgument(NFT_ID)
    .setAction(() => import("./joint/buyMachine.ts"))
    .build(),
  inPool(["pool", "collect"], "Takes the income of machines into the pool, books it, and pays tickets")
    .addPositionalArgument(optional("ids", "Numbers of NFTs, like 17 or 3,5-8; all machines when left out"))
    .setAction(() => import("./joint/collect.ts"))
    .build(),
  aboutPool(["pool", "auction"], "Shows the auction of a stablecoin pool's FIL: price, what is left, what comes next")
    .setAction(() => import("./joint/auction.ts"))
    .build(),
  inPool(["pool", "sell-fil"], "Begins a lot with all FIL that a stablecoin pool has not sold; anyone may")
    .setAction(() => import("./joint/sellFil.ts"))
    .build(),
  inPool(["pool", "buy-fil"], "Buys FIL of a stablecoin pool's lot, at the price of the moment")
    .addPositionalArgument({ name: "amount", description: "FIL, like 10, or all that is left" })
    .addOption(optional("maxPrice", "The most that one FIL may cost, like 5.2; its price now when left out"))
    .addOption(optional("to", "Who gets the FIL, any address; the sender when left out"))
    .setAction(() => import("./joint/buyFil.ts"))
    .build(),
  reading(["pool", "create"], "Deploys a pool over a stablecoin with the auction of its FIL; anyone may")
    .addOption(required("coin", "0x address of an ERC-20 with 18 decimals at most"))
    .addOption(required("firstPrice", "About what one FIL costs in the coin, like 5.30: the auction begins by it"))
    .addOption(optional("name", "Of its shares; Joint Mining and the coin's symbol when left out"))
    .addOption(optional("symbol", "Of its shares, by which tasks call it; d and the coin's symbol when left out"))
    .addFlag(REALLY)
    .addOption(FROM)
    .setAction(() => import("./joint/create.ts"))
    .build(),
  inPool(["pool", "admit"], "For governance: gives a new pool's setters their roles, lets the market take its coin")
    .setAction(() => import("./joint/admit.ts"))
    .build(),

  task("abi", "Writes lib/abi from the compiled contracts")
    .addFlag({ name: "check", description: "Only tell whether lib/abi is up to date" })
    .setAction(() => import("./abi.ts"))
    .build(),
];
