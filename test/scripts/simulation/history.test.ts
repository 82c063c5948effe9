import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { BooksError } from "../../../scripts/simulation/play/Books.ts";
import { COLUMNS } from "../../../scripts/simulation/play/Day.ts";
import { History } from "../../../scripts/simulation/play/History.ts";
import { toCsv } from "../../../scripts/simulation/report/table.ts";
import { roundedDay } from "../../../scripts/simulation/report/tables.ts";
import { SEED } from "../../../scripts/simulation/world/timetable.ts";

/** Machines are bought and earn, somebody leaves. */
const PREFIX = 40;
const COMMITTED = join(import.meta.dirname, "../../../docs/simulation/days.csv");

describe("the simulation's history", function () {
  let history: History;

  before(async () => {
    history = await History.begin(SEED);
    for (let day = 0; day < PREFIX; day += 1) await history.live(day);
  });
  after(async () => {
    await history.world.close();
  });

  it("begins as the committed table says: contracts that do otherwise make it stale", async () => {
    const [head, ...lines] = (await readFile(COMMITTED, "utf8")).split("\n");
    const committed = [head, ...lines.slice(0, PREFIX), ""].join("\n");
    expect(toCsv(COLUMNS, history.days.map(roundedDay))).to.equal(committed);
    expect(history.days.at(-1)?.machines).to.be.greaterThan(0);
  });

  it("stops when one attoFIL is missing in a wallet", async () => {
    const { people, world, books } = history;
    const wallet = people.all[0]?.wallet ?? "";
    const held = await world.fil.balanceOf(wallet);
    await world.fil.setBalance(wallet, held - 1n);
    await expectStop(books.check(PREFIX), "all FIL of the world together");
    await world.fil.setBalance(wallet, held);
    await books.check(PREFIX);
  });

  it("stops when the pool holds an attoFIL that its accounts do not know", async () => {
    const { people, world, books } = history;
    const person = people.all[0];
    if (person === undefined) throw new Error("nobody is there");
    const { wallet } = person;
    const pool = world.addresses.jointMiningPool;
    const [held, inPool] = [await world.fil.balanceOf(wallet), await world.fil.balanceOf(pool)];
    person.paidIn += 1n;
    await world.fil.setBalance(wallet, held - 1n);
    await world.fil.setBalance(pool, inPool + 1n);
    await expectStop(books.check(PREFIX), "the pool's cash and what it put aside");
    person.paidIn -= 1n;
    await world.fil.setBalance(wallet, held);
    await world.fil.setBalance(pool, inPool);
  });
});

async function expectStop(check: Promise<void>, what: string): Promise<void> {
  const error: unknown = await check.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(BooksError);
  expect((error as BooksError).message).to.contain(what);
}
