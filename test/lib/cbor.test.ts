import { expect } from "chai";

import {
  blockCid,
  changeBeneficiaryParams,
  CborLink,
  type CborValue,
  cidOf,
  decodeCbor,
  decodeDagCbor,
  decodeTokenAmount,
  decodeVestingFunds,
  encodeCbor,
  encodeTokenAmount,
  fromBase64,
  fromHex,
  invokeEvmParams,
  invokeEvmReturn,
  parseAddress,
  toHex,
  VAULT_EXPIRATION,
  VAULT_QUOTA,
  withdrawBalanceParams,
} from "../../lib/index.ts";
import { recording } from "../miner-bridge/support/recording.ts";

describe("CBOR", () => {
  const VECTORS: readonly (readonly [CborValue, string])[] = [
    [0n, "0x00"],
    [23n, "0x17"],
    [24n, "0x1818"],
    [1000n, "0x1903e8"],
    [1_000_000n, "0x1a000f4240"],
    [2n ** 64n - 1n, "0x1bffffffffffffffff"],
    [-1n, "0x20"],
    [-1000n, "0x3903e7"],
    [Uint8Array.of(1, 2), "0x420102"],
    ["a", "0x6161"],
    [[1n, [2n, null], true, false], "0x840182 02f6f5f4".replace(" ", "")],
  ];
  for (const [value, text] of VECTORS) {
    it(`writes and reads ${text}`, () => {
      expect(toHex(encodeCbor(value))).to.equal(text);
      expect(decodeCbor(fromHex(text))).to.deep.equal(value);
    });
  }

  for (const [text, why] of [
    ["0x1817", "a head that is longer than needed"],
    ["0x0000", "bytes behind the value"],
    ["0x4201", "a byte string that is cut off"],
    ["0x", "nothing"],
    ["0x5fff", "an indefinite length"],
    ["0xa0", "a map"],
    ["0xf90000", "a float"],
    ["0x9bffffffffffffffff", "an array that is longer than its bytes"],
    [`0x${"81".repeat(100)}00`, "nesting without end"],
  ] as const) {
    it(`refuses ${why}`, () => {
      expect(() => decodeCbor(fromHex(text))).to.throw(RangeError);
    });
  }
});

describe("blocks of state in DAG-CBOR", () => {
  // [5, a link]
  const LINK = "0171a0e402200000000000000000000000000000000000000000000000000000000000000000";
  const BLOCK = `8205d82a582700${LINK}`;

  it("hold links beside what CBOR holds", () => {
    expect(decodeDagCbor(fromHex(BLOCK))).to.deep.equal([5n, new CborLink(fromHex(LINK))]);
  });

  it("are no parameters: those have no links", () => {
    expect(() => decodeCbor(fromHex(BLOCK))).to.throw(RangeError);
  });

  for (const [text, why] of [
    ["d82a", "a link without an id"],
    ["d82a40", "an empty link"],
    ["d82a420171", "a link without its zero byte"],
    ["d82a05", "a link that is a number"],
    ["d82b420071", "another tag"],
    [`${BLOCK}00`, "bytes behind the value"],
  ] as const) {
    it(`are refused with ${why}`, () => {
      expect(() => decodeDagCbor(fromHex(text))).to.throw(RangeError);
    });
  }

  it("are named by their hash, as the real network names them", () => {
    const { blocks } = recording();
    for (const [cid, block] of Object.entries(blocks)) expect(cidOf(fromBase64(block))["/"]).to.equal(cid);
    expect(Object.keys(blocks)).to.have.length.above(10);
  });

  it("link only to blocks of state", () => {
    expect(blockCid(fromHex(LINK))["/"]).to.match(/^bafy2bzace[a-z2-7]{52}$/);
    for (const other of [LINK.replace("0171", "0155"), LINK.slice(2), `${LINK}00`, LINK.replace("a0e4", "a0e3")]) {
      expect(() => blockCid(fromHex(other))).to.throw(RangeError);
    }
  });
});

describe("TokenAmount", () => {
  it("is a sign and a magnitude, and empty for zero", () => {
    expect(toHex(encodeTokenAmount(0n))).to.equal("0x");
    expect(toHex(encodeTokenAmount(1n))).to.equal("0x0001");
    expect(toHex(encodeTokenAmount(-256n))).to.equal("0x010100");
  });

  it("round-trips", () => {
    for (let bits = 0n; bits < 130n; bits += 1n) {
      for (const value of [2n ** bits, -(2n ** bits), 2n ** bits - 1n]) {
        expect(decodeTokenAmount(encodeTokenAmount(value))).to.equal(value);
      }
    }
  });

  it("is refused in any other form", () => {
    for (const text of ["0x00", "0x0000", "0x000001", "0x0201"]) {
      expect(() => decodeTokenAmount(fromHex(text))).to.throw(RangeError);
    }
  });
});

describe("parameters of native messages", () => {
  it("are those that the real network accepted for a vault", () => {
    const beneficiary = parseAddress("0x91B3E4283Eb3F54A93437688360b5CC0455a42b4");
    const params = changeBeneficiaryParams({ beneficiary, quota: VAULT_QUOTA, expiration: VAULT_EXPIRATION });
    expect(toHex(params)).to.equal(
      "0x8356040a91b3e4283eb3f54a93437688360b5cc0455a42b44e000c9f2c9cd04674edea400000001a05f5e100",
    );
  });

  it("say zero with an empty amount", () => {
    const params = changeBeneficiaryParams({ beneficiary: parseAddress("f0102"), quota: 0n, expiration: 0n });
    expect(toHex(params)).to.equal("0x83420066 4000".replace(" ", ""));
    expect(toHex(withdrawBalanceParams(0n))).to.equal("0x8140");
  });

  it("wrap calldata as a byte string, and unwrap what comes back", () => {
    const calldata = fromHex("0x5f05e211");
    expect(toHex(invokeEvmParams(calldata))).to.equal("0x445f05e211");
    expect(invokeEvmReturn(invokeEvmParams(calldata))).to.deep.equal(calldata);
    expect(invokeEvmReturn(new Uint8Array(0))).to.deep.equal(new Uint8Array(0));
    expect(() => invokeEvmReturn(fromHex("0x01"))).to.throw(RangeError);
  });
});

describe("decodeVestingFunds", () => {
  it("reads the miner's table", () => {
    const table = encodeCbor([
      [
        [100n, encodeTokenAmount(7n)],
        [1540n, encodeTokenAmount(8n)],
      ],
    ]);
    expect(decodeVestingFunds(table)).to.deep.equal([
      { epoch: 100n, amount: 7n },
      { epoch: 1540n, amount: 8n },
    ]);
    expect(decodeVestingFunds(encodeCbor([[]]))).to.deep.equal([]);
  });

  it("refuses anything else", () => {
    for (const value of [[], [1n], [[[1n]]], [[[1n, 2n]]]] as CborValue[]) {
      expect(() => decodeVestingFunds(encodeCbor(value))).to.throw(RangeError);
    }
  });
});
