import { expect } from "chai";
import { getAddress as checksummed, ZeroAddress } from "ethers";

import { setStage, type Stage } from "./stage.ts";

const RESOLVE = 1n;
const LOOKUP = 2n;
const MAX_ID = (1n << 64n) - 1n;
const EVM_ADDRESS = "0x" + "12".repeat(20);
const word = (value: bigint) => "0x" + value.toString(16).padStart(64, "0");
const masked = (id: bigint) => checksummed("0xff" + id.toString(16).padStart(38, "0"));

describe("an actor's id and its addresses", () => {
  let stage: Stage;

  before(async () => {
    stage = await setStage();
  });

  beforeEach(() => stage.reset());

  it("go into the masked form and back", async () => {
    for (const id of [0n, 1n, 1000n, 1n << 32n, MAX_ID]) {
      expect(await stage.call("toAddress", [id])).to.deep.equal({ values: [masked(id)] });
      expect(await stage.call("isMasked", [masked(id)])).to.deep.equal({ values: [true] });
      expect(await stage.call("fromMasked", [masked(id)])).to.deep.equal({ values: [id] });
    }
  });

  it("know a masked id from any other address", async () => {
    const others = [
      ZeroAddress,
      "0xfe" + "00".repeat(11) + "00000000000003e8",
      "0xff" + "00".repeat(10) + "01" + "00000000000003e8",
      "0xff01" + "00".repeat(10) + "00000000000003e8",
      "0x" + "ff".repeat(20),
    ];
    for (const other of others) expect(await stage.call("isMasked", [other])).to.deep.equal({ values: [false] });
  });

  it("resolve a masked id without asking", async () => {
    await stage.onAny(RESOLVE, word(7n));
    expect(await stage.call("resolve", [masked(1000n)])).to.deep.equal({ values: [true, 1000n] });
  });

  it("resolve an EVM address by its f410 bytes", async () => {
    await stage.on(RESOLVE, "0x040a" + EVM_ADDRESS.slice(2), word(MAX_ID));
    expect(await stage.call("resolve", [EVM_ADDRESS])).to.deep.equal({ values: [true, MAX_ID] });
  });

  it("do not resolve an address that the chain has never seen", async () => {
    const input = "0x040a" + EVM_ADDRESS.slice(2);
    for (const output of [null, "0x", "0x00", word(1n << 64n), word(5n) + "00"]) {
      await stage.on(RESOLVE, input, output);
      expect(await stage.call("resolve", [EVM_ADDRESS]), String(output)).to.deep.equal({ values: [false, 0n] });
    }
  });

  it("find the EVM address of an actor that has one", async () => {
    await stage.on(LOOKUP, word(1004n), "0x040a" + EVM_ADDRESS.slice(2));
    expect(await stage.call("delegatedAddress", [1004n])).to.deep.equal({ values: [true, EVM_ADDRESS] });
  });

  it("find none for other actors, nor one of another name space", async () => {
    const bytes = EVM_ADDRESS.slice(2);
    for (const output of [
      null,
      "0x",
      "0x040b" + bytes,
      "0x040a" + bytes + "00",
      "0x040a" + bytes.slice(2),
      "0x010a" + bytes,
    ]) {
      await stage.on(LOOKUP, word(1004n), output);
      const outcome = await stage.call("delegatedAddress", [1004n]);
      expect(outcome, String(output)).to.deep.equal({ values: [false, ZeroAddress] });
    }
  });
});
