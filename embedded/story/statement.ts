import { formatFil } from "../../lib/index.ts";
import { fil, grouped, inFil } from "../print/figures.ts";
import { type Balances, HOLDERS, readBalances } from "./books.ts";
import { type NftFigures, figuresOf } from "./nftFigures.ts";
import type { Person } from "./people.ts";
import type { Sale } from "./sale.ts";
import type { Stage } from "./Stage.ts";

/** The measurement may differ from the truth by less than one part in this many. */
const PRECISION = 10n ** 15n;
/** What rounding may leave in the vault, attoFIL. */
const MAX_DUST = 1_000_000n;

/** What the story leaves to be told at its end. */
export interface Story {
  readonly opening: Balances;
  readonly sale: Sale;
  /** The last figures of the NFT that was burned. */
  readonly burned: NftFigures;
  /** What the owner withdrew from the miner after the release. */
  readonly direct: bigint;
}

interface Recorded {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Adds everything up, from what the chain recorded. @returns whether every identity holds. */
export async function statement(stage: Stage, story: Story): Promise<boolean> {
  const { print } = stage;
  print.heading("8. Statement");
  const closing = await readBalances(stage);
  const events = await stage.events("powerNFT", story.opening.epoch, closing.epoch);
  const ownerPaid = await stage.events("vault", story.opening.epoch, closing.epoch);
  const results = [
    await perNft(stage, story, events),
    perHolder(stage, story, closing, events),
    await ofTheMiner(stage, story, closing, events, ownerPaid),
    await solvency(stage),
  ];
  const allHold = results.every((holds) => holds);
  print.blank();
  if (allHold) print.text(print.style("bold", "Everything adds up."));
  else print.text(print.style("red", "Something does not add up: see the lines marked !! above."));
  return allHold;
}

/** Everything that an NFT earned was paid, can be paid, or is still to come. */
async function perNft(stage: Stage, { burned }: Story, events: readonly Recorded[]): Promise<boolean> {
  const { nft, print, miner } = stage;
  const figures = [await figuresOf(nft, 1n), await figuresOf(nft, 2n), burned];
  print.text("Each NFT (FIL): earned = paid + payable + unpaid");
  print.table(
    [{ title: "NFT" }, { title: "earned" }, { title: "paid or credited" }, { title: "payable" }, { title: "unpaid" }],
    figures.map(({ id, earned, paid, payable, unpaid }) => [
      `#${id}`,
      ...[earned, paid, payable, unpaid].map((x) => fil(x)),
    ]),
  );
  const sumsHold = figures.every(({ earned, paid, payable, unpaid }) => earned === paid + payable + unpaid);
  const eventsHold = figures.every(
    ({ id, paid }) =>
      paid ===
      sum(events, "Claimed", (args) => args["id"] === id) + sum(events, "Credited", (args) => args["id"] === id),
  );

  const { earned } = await nft.minerAccount(miner.id);
  const holders = figures.reduce((total, figure) => total + figure.earned, 0n);
  const protocol = sum(events, "ProtocolFeesClaimed");
  const dust = earned - holders - protocol;
  return check(stage, [
    [sumsHold, "each NFT: earned = paid + payable + unpaid, to the attoFIL"],
    [eventsHold, "each NFT: paid = what the chain's events say was claimed and credited"],
    [
      dust >= 0n && dust < MAX_DUST,
      `the line: ${inFil(earned)} = holders ${fil(holders)} + protocol ${fil(protocol)} + ` +
        `${dust} attoFIL of rounding (the vault keeps it)`,
    ],
  ]);
}

/** What each holder's wallet began with, what came and went, and what it holds now. */
function perHolder(stage: Stage, { opening, sale }: Story, closing: Balances, events: readonly Recorded[]): boolean {
  const { cast, print } = stage;
  const rows: string[][] = [];
  let allHold = true;
  for (const name of HOLDERS) {
    const who = cast[name];
    const before = of(opening, who);
    const after = of(closing, who);
    const claims = sum(events, "Claimed", (args) => isTo(args["to"], who));
    const credits = sum(events, "CreditClaimed", (args) => isTo(args["to"], who));
    const sold = name === "Alice" ? sale.price : name === "Dave" ? -sale.price : 0n;
    const gas = after.gas - before.gas;
    const expected = before.balance + sold + claims + credits - gas;
    allHold &&= expected === after.balance;
    rows.push([name, ...[before.balance, sold, claims, credits].map((x) => fil(x)), fil(-gas, 8), fil(after.balance)]);
  }
  print.blank();
  print.text("Each holder's wallet (FIL): opening + sale + claims + credits - gas = closing");
  print.table(
    [
      { title: "holder", align: "left" },
      { title: "opening" },
      { title: "sale" },
      { title: "claims" },
      { title: "credits" },
      { title: "gas" },
      { title: "closing" },
    ],
    rows,
  );
  return check(stage, [[allHold, "each wallet: the closing balance that the node tells is that sum, to the attoFIL"]]);
}

/** Where the rewards of the miner went. */
async function ofTheMiner(
  stage: Stage,
  { opening, direct }: Story,
  closing: Balances,
  events: readonly Recorded[],
  vaultEvents: readonly Recorded[],
): Promise<boolean> {
  const { nft, print, miner } = stage;
  const account = await nft.minerAccount(miner.id);
  const rewards = closing.rewards - opening.rewards;
  const harvested = sum(events, "Harvested");
  const withdrawn = sum(vaultEvents, "OwnerPaid");
  const burned = closing.burned - opening.burned;
  const before = opening.miner + opening.vault;
  const after = closing.miner + closing.vault;
  print.blank();
  print.text(`The miner's money since day 0 (FIL)`);
  print.table(
    [{ title: "", align: "left" }, { title: "in" }, { title: "out" }],
    [
      ["held on day 0: pledge and rewards that vest", fil(before), ""],
      ["block rewards, as the network paid them", fil(rewards), ""],
      ["harvested for holders and protocol", "", fil(harvested)],
      ["withdrawn to the owner through the vault", "", fil(withdrawn)],
      ["withdrawn by the owner after the release", "", fil(direct)],
      ["burned for the fault", "", fil(burned)],
      ["held now: pledge and rewards that vest", "", fil(after)],
    ],
  );
  const difference = account.rewards > rewards ? account.rewards - rewards : rewards - account.rewards;
  const allHold = check(stage, [
    [
      before + rewards === harvested + withdrawn + direct + burned + after,
      "what came in went out or is still there, to the attoFIL",
    ],
    [
      difference * PRECISION < rewards,
      `rewards measured on chain from the vesting table: ${inFil(account.rewards)}; ` +
        (difference === 0n
          ? "to the attoFIL what the network paid"
          : `the network paid ${grouped(difference)} attoFIL ${account.rewards > rewards ? "less" : "more"}`),
    ],
    [harvested === account.covered, "what was harvested is what is covered, and no more"],
  ]);
  print.text(
    `Of the rewards, ${inFil(account.earned)} were holders' and the protocol's and ` +
      `${inFil(account.rewards - account.earned)} the storage provider's, who alone bore the fault's fees.`,
    5,
  );
  return allHold;
}

/** R-LED-7. */
async function solvency(stage: Stage): Promise<boolean> {
  const { nft, miner, print } = stage;
  const { cash, liabilities, earned, covered, owed } = await nft.solvency(miner.id);
  print.blank();
  print.text("Solvency");
  return check(stage, [
    [cash >= liabilities, `cash ${formatFil(cash)} >= liabilities ${formatFil(liabilities)}`],
    [earned === covered + owed, `earned ${inFil(earned)} = covered ${inFil(covered)} + owed ${inFil(owed)}`],
  ]);
}

function check({ print }: Stage, claims: readonly (readonly [boolean, string])[]): boolean {
  for (const [holds, text] of claims) {
    if (holds) print.done(text);
    else print.wrong(text);
  }
  return claims.every(([holds]) => holds);
}

function sum(
  events: readonly Recorded[],
  name: string,
  where: (args: Recorded["args"]) => boolean = () => true,
): bigint {
  return events
    .filter((event) => event.name === name && where(event.args))
    .reduce((total, { args }) => total + (args["amount"] as bigint), 0n);
}

function isTo(to: unknown, who: Person): boolean {
  return typeof to === "string" && to.toLowerCase() === who.evm.toLowerCase();
}

function of({ people }: Balances, who: Person): { readonly balance: bigint; readonly gas: bigint } {
  const entry = people.get(who);
  if (entry === undefined) throw new RangeError(`${who.name} is not in the books`);
  return entry;
}
