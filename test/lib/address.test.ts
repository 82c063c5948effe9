import { expect } from "chai";

import { Address, BadAddressError, formatAddress, parseAddress } from "../../lib/index.ts";

/** Addresses of every kind, as other implementations publish them. */
const VECTORS: readonly (readonly [string, string])[] = [
  ["f00", "id"],
  ["f01729", "id"],
  ["f09223372036854775807", "id"],
  ["f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq", "secp256k1"],
  ["f12fiakbhe2gwd5cnmrenekasyn6v5tnaxaqizq6a", "secp256k1"],
  ["f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i", "actor"],
  ["f25nml2cfbljvn4goqtclhifepvfnicv6g7mfmmvq", "actor"],
  ["f3vvmn62lofvhjd2ugzca6sof2j2ubwok6cj4xxbfzz4yuxfkgobpihhd2thlanmsh3w2ptld2gqkn2jvlss4a", "bls"],
  ["f3wmuu6crofhqmm3v4enos73okk2l366ck6yc4owxwbdtkmpk42ohkqxfitcpa57pjdcftql4tojda2poeruwa", "bls"],
  ["f410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy", "evm"],
];

function refusedWith(text: string, words: RegExp, prefix?: "f" | "t"): void {
  expect(() => parseAddress(text, prefix)).to.throw(BadAddressError, words);
}

describe("parseAddress", () => {
  for (const [text, kind] of VECTORS) {
    it(`reads ${text.slice(0, 12)} as ${kind}, with f and with t, and prints it unchanged`, () => {
      for (const prefix of ["f", "t"] as const) {
        const typed = prefix + text.slice(1);
        const address = parseAddress(typed, prefix);
        expect(address.kind).to.equal(kind);
        expect(address.toString(prefix)).to.equal(typed);
        expect(Address.fromBytes(address.bytes).equals(address)).to.equal(true);
      }
    });
  }

  it("gives the id of an f0 address", () => {
    expect(parseAddress("f01234").id).to.equal(1234n);
    expect(parseAddress("f09223372036854775807").id).to.equal(2n ** 63n - 1n);
  });

  it("turns f410 into 0x and back", () => {
    const evm = "0xd388aB098ed3E84c0D808776440B48F685198498";
    expect(parseAddress("f410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy").toEvm()).to.equal(evm);
    expect(parseAddress(evm).toString()).to.equal("f410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy");
    expect(parseAddress(evm.toLowerCase()).toString("t")).to.equal("t410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy");
  });

  it("reads a masked 0xff address as the actor id behind it, and masks it again", () => {
    const masked = parseAddress("0xff00000000000000000000000000000000000065");
    expect(masked.kind).to.equal("id");
    expect(masked.id).to.equal(101n);
    expect(masked.toEvm()?.toLowerCase()).to.equal("0xff00000000000000000000000000000000000065");
  });

  it("round-trips ids and Ethereum addresses of every size", () => {
    for (let bits = 0n; bits < 63n; bits += 1n) {
      const id = 2n ** bits + bits;
      expect(parseAddress(Address.fromId(id).toString()).id).to.equal(id);
      const evm = Address.fromId(id).toEvm() ?? "";
      expect(parseAddress(evm).id).to.equal(id);
    }
    for (let seed = 1; seed < 200; seed += 1) {
      const bytes = Uint8Array.from({ length: 20 }, (_, i) => (seed * 31 + i * 17) % 251);
      const address = Address.fromEvmBytes(bytes);
      expect(parseAddress(address.toString()).equals(address)).to.equal(true);
      expect(parseAddress(address.toEvm() ?? "").equals(address)).to.equal(true);
    }
  });

  it("refuses every address of which one letter was mistyped", () => {
    for (const [text, kind] of VECTORS) {
      if (kind === "id") continue;
      for (let at = text.startsWith("f410") ? 5 : 2; at < text.length; at += 1) {
        const other = text[at] === "a" ? "b" : "a";
        refusedWith(text.slice(0, at) + other + text.slice(at + 1), /typing mistake|copy it again/i);
      }
    }
  });

  it("refuses an address that is cut off or too long", () => {
    for (const [text, kind] of VECTORS) {
      if (kind === "id") continue;
      refusedWith(text.slice(0, -1), /again/);
      refusedWith(`${text}a`, /again/);
    }
  });

  it("refuses 0x addresses with a wrong checksum, a wrong length, or nobody behind them", () => {
    refusedWith("0xD388aB098ed3E84c0D808776440B48F685198498", /capital letters/);
    refusedWith("0xd388aB098ed3E84c0D808776440B48F68519849", /40 hexadecimal digits/);
    refusedWith("0x0000000000000000000000000000000000000000", /nobody/);
    refusedWith("0xff0000000000000000000000ffffffffffffffff", /too large/);
  });

  it("refuses ids that are not plain numbers", () => {
    for (const text of ["f0", "f00123", "f01e3", "f0-1", "f01 2", "f099999999999999999999"]) {
      refusedWith(text, /not an actor id/);
    }
    refusedWith("f09999999999999999999", /too large/);
  });

  it("refuses letters and kinds that do not exist", () => {
    refusedWith("x01234", /not an address/);
    refusedWith("F01234", /not an address/);
    refusedWith("f51234", /comes 0, 1, 2, 3 or 4/);
    refusedWith("", /not an address/);
  });

  it("refuses an address with the letter of another network, and names the right form", () => {
    refusedWith("t01234", /type f01234/, "f");
    refusedWith("f01234", /type t01234/, "t");
    refusedWith("f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq", /type t15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq/, "t");
  });
});

describe("Address.fromBytes", () => {
  it("refuses ids that are not written in the shortest way", () => {
    expect(() => Address.fromBytes(Uint8Array.of(0, 0x80, 0x00))).to.throw(RangeError);
  });

  it("refuses the f410 form of a masked id", () => {
    expect(() => Address.fromBytes(Uint8Array.of(4, 10, 0xff, ...new Uint8Array(19)))).to.throw(RangeError);
  });
});

describe("formatAddress", () => {
  it("prints all known forms in one order", () => {
    const id = parseAddress("f01011");
    const contract = parseAddress("0x91B3E4283Eb3F54A93437688360b5CC0455a42b4");
    expect(formatAddress({ id, robust: contract })).to.equal(
      "f01011 · f410fsgz6ikb6wp2uve2do2edmc24ybcvuqvuqczg3fq · 0x91B3E4283Eb3F54A93437688360b5CC0455a42b4",
    );
    expect(formatAddress(contract, "t")).to.match(/^t410f.* · 0x91B3/);
  });

  it("shows the masked form of an actor that has no other in the EVM", () => {
    const key = parseAddress("f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq");
    expect(formatAddress({ id: parseAddress("f0102"), robust: key })).to.match(/^f0102 · f15ihq5.* · 0x[fF]{2}0+66$/);
  });
});
