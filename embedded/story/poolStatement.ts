import { fil, inFil } from "../print/figures.ts";
import { HOLDERS } from "./books.ts";
import type { Stage } from "./Stage.ts";

/** What the statement of the pool is about. */
export interface PoolStory {
  /** The epoch at which it began. */
  readonly from: bigint;
  /** The NFTs that it bought. */
  readonly ids: readonly bigint[];
}

/** Adds up what people paid in, what machines cost and brought, and what was paid out. @returns whether it all fits. */
export async function poolStatement(stage: Stage, { from, ids }: PoolStory): Promise<boolean> {
  const { cast, nft, print } = stage;
  print.heading("10. The pool's statement");
  const events = await stage.events("pool", from, await stage.epoch());
  const sum = (name: string, field: string, whose?: string): bigint =>
    events
      .filter(({ name: found, args }) => found === name && (whose === undefined || args.owner === whose))
      .reduce((total, { args }) => total + (args[field] as bigint), 0n);

  const rows = HOLDERS.map((name) => {
    const { evm } = cast[name];
    const paidIn = sum("Deposit", "assets", evm);
    const paidOut = sum("Withdraw", "assets", evm);
    return { name, paidIn, paidOut };
  });
  print.text("Each person (FIL)");
  print.table(
    [{ title: "person", align: "left" }, { title: "paid in" }, { title: "paid out" }, { title: "gain" }],
    rows.map(({ name, paidIn, paidOut }) => [name, fil(paidIn), fil(paidOut), fil(paidOut - paidIn)]),
  );

  const accounts = await stage.pool.accounts();
  const [paidIn, paidOut, cost, collected] = [
    sum("Deposit", "assets"),
    sum("Withdraw", "assets"),
    sum("MachineBought", "price"),
    sum("Collected", "amount"),
  ];
  const lost = sum("MachineClosed", "lost");
  const [held, paid, amortised] = [
    await stage.balanceOf(stage.pool.address),
    (await Promise.all(ids.map((id) => nft.paidOf(id)))).reduce((total, amount) => total + amount, 0n),
    sum("MachineSettled", "amortised"),
  ];
  print.blank();
  print.text("The pool (FIL)");
  print.table(
    [{ title: "", align: "left" }, { title: "in" }, { title: "out" }],
    [
      ["paid in by people", fil(paidIn), ""],
      ["income of machines", fil(collected), ""],
      ["paid for machines", "", fil(cost)],
      ["paid out to people", "", fil(paidOut)],
      ["still there: what leavers left, and rounding", "", fil(held)],
    ],
  );
  const claims: readonly (readonly [boolean, string])[] = [
    [paidIn + collected === cost + paidOut + held, "what came in went out or is still there, to the attoFIL"],
    [held === accounts.cash + accounts.claimable, "the pool's balance is what its accounts say, to the attoFIL"],
    [collected === paid, `what was collected is what NFTs were paid: ${inFil(paid)}`],
    [
      lost === 0n && amortised <= cost,
      `machines were paid off in full: by income ${inFil(amortised)}, by income that came with them ${inFil(cost - amortised)}`,
    ],
    [rows.every((row) => row.paidOut > row.paidIn), "everybody who joined left with more"],
  ];
  for (const [holds, text] of claims) {
    if (holds) print.done(text);
    else print.wrong(text);
  }
  return claims.every(([holds]) => holds);
}
