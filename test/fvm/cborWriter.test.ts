import { expect } from "chai";

import { Random } from "./random.ts";
import { setStage, type Stage } from "./stage.ts";
import { amountBytes, encode, idBytes, toHex } from "./strictCbor.ts";

const MAX_INT64 = (1n << 63n) - 1n;

/** One item of each kind. */
type Items = [count: bigint, integer: bigint, signed: bigint, amount: bigint, id: bigint, data: Uint8Array];

function expected([count, integer, signed, amount, id, data]: Items): string {
  const array = Uint8Array.of(0x80 + Number(count));
  const items = [integer, signed, amountBytes(amount), idBytes(id), data].map(encode);
  return toHex(Buffer.concat([array, ...items]));
}

describe("parameters", () => {
  let stage: Stage;

  before(async () => {
    stage = await setStage();
  });

  async function expectWritten(cases: Items[]): Promise<void> {
    const outcomes = await stage.callEach(
      "write",
      cases.map((items) => items.map((item) => (item instanceof Uint8Array ? toHex(item) : item))),
    );
    cases.forEach((items, i) => expect(outcomes[i]).to.deep.equal({ values: [expected(items)] }));
  }

  it("are written in the shortest form at every change of length", async () => {
    const cases: Items[] = [];
    for (let bits = 0n; bits < 256n; bits++) {
      for (const value of [(1n << bits) - 1n, 1n << bits, (1n << bits) + 1n, 23n + bits]) {
        const small = BigInt.asUintN(64, value);
        const signed = BigInt.asIntN(64, small);
        const data = new Uint8Array(Number(value % 300n)).fill(0xab);
        cases.push([value % 24n, small, signed, value, small, data]);
        cases.push([0n, small, -signed > MAX_INT64 ? signed : -signed, value * 3n, small, new Uint8Array()]);
      }
    }
    await expectWritten(cases.filter(([, , , amount]) => amount >> 256n === 0n));
  });

  it("are written whatever the values", async () => {
    const random = new Random(7);
    const cases = Array.from({ length: 300 }, (): Items => {
      const bits = () => random.bits(random.below(64) + 1);
      const data = Uint8Array.from({ length: random.below(400) }, () => random.below(256));
      const signed = random.chance(2) ? -bits() / 2n : bits() / 2n;
      return [BigInt(random.below(24)), bits(), signed, random.bits(random.below(256) + 1), bits(), data];
    });
    await expectWritten(cases);
  });
});
