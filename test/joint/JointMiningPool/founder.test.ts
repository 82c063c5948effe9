import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { COST, INCOME_A_DAY, SHARE, deposit, leave, mineADay, mining, nextDay, worthOf } from "../../support/pool.ts";

describe("the founder's example (R-JMP-3)", () => {
  it("gives ten people with 1,000 each, who bought a machine for 10,000, 10 a day each, and no principal can leave", async () => {
    const p = await mining();
    const first = p.people[0]!;
    expect((await p.pool.accounts()).utilisation).to.equal(FIL(1));
    await nextDay(p);
    await p.pool.settle();
    const before = await worthOf(p, first);
    await mineADay(p);
    expect((await worthOf(p, first)) - before).to.equal(FIL(10));
    expect((await p.pool.machineOf(p.id)).unpaid, "nothing is paid off").to.equal(COST);
    await leave(p, first);
    expect((await p.pool.accounts()).waiting, "nobody can be paid").to.be.greaterThan(0n);
  });
});
