import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { formatFil } from "../../../lib/index.ts";
import { FIL } from "../../filecoin/index.ts";
import { attestTwice, delivering } from "../../support/guarantee.ts";
import { type Range, attest, earn, mint } from "../../support/nft.ts";
import { MINER, type Protocol, earning, enrolled } from "../../support/protocol.ts";
import { DAY, GiB, TiB } from "../../support/units.ts";
import { textsOf } from "../../support/xml.ts";

/** Where pictures are left, to be looked at. */
const OUTPUT = path.join(import.meta.dirname, "../../../cache/pictures");

interface Attribute {
  trait_type: string;
  value: string | number;
  display_type?: string;
}

interface Metadata {
  name: string;
  description: string;
  attributes: Attribute[];
  image: string;
}

function decode(uri: string, type: string): string {
  const prefix = `data:${type};base64,`;
  expect(uri.startsWith(prefix), uri.slice(0, 40)).to.equal(true);
  return Buffer.from(uri.slice(prefix.length), "base64").toString("utf8");
}

async function metadataOf(p: Protocol, id: bigint): Promise<Metadata> {
  return JSON.parse(decode(await p.nft.tokenURI(id), "application/json")) as Metadata;
}

/** The picture of an NFT's metadata; a copy is left for whoever wants to look at it. */
function pictureOf(metadata: Metadata, name: string): string {
  const svg = decode(metadata.image, "image/svg+xml");
  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(path.join(OUTPUT, `${name}.svg`), svg);
  return svg;
}

const valueOf = (metadata: Metadata, trait: string) =>
  metadata.attributes.find((attribute) => attribute.trait_type === trait)?.value;

describe("PowerNFTRenderer.tokenURI (R-NFT-1)", () => {
  it("is JSON that names the NFT and its miner", async () => {
    const p = await earning();
    const { name, description } = await metadataOf(p, p.id);
    expect(name).to.equal("Power #1");
    expect(description).to.contain("f01000");
  });

  it("tells miner, power, sectors, weight, expiry and income", async () => {
    const p = await earning();
    await earn(p, MINER, FIL("3.00005"));
    await p.nft.harvest(MINER);
    const metadata = await metadataOf(p, p.id);
    const traits = metadata.attributes.map(({ trait_type, value }) => [trait_type, value]);
    expect(traits).to.deep.equal([
      ["Miner", "f01000"],
      ["Nominal power", "1.56 TiB"],
      ["Weight", "1.56 TiB"],
      ["Sectors", "0-49"],
      ["Sector count", 50],
      ["Expiry epoch", Number(await p.nft.expiryOf(p.id))],
      ["Income to date", "1.5 FIL"],
      ["Payable now", "1.5 FIL"],
    ]);
  });

  it("tells numbers as numbers, for filters of marketplaces", async () => {
    const p = await earning();
    const { attributes } = await metadataOf(p, p.id);
    const numbers = attributes.filter(({ display_type }) => display_type === "number");
    expect(numbers.map(({ value }) => typeof value)).to.deep.equal(["number", "number"]);
  });

  it("has a picture that is well-formed and shows the same figures", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.nft.harvest(MINER);
    const texts = textsOf(pictureOf(await metadataOf(p, p.id), "attested"));
    expect(texts).to.include.members(["Power #1", "1.56 TiB", "of 1.56 TiB", "f01000 · 50 sectors"]);
    expect(texts).to.include(`until epoch ${(await p.nft.expiryOf(p.id)).toString()}`);
    expect(texts.join("\n")).to.match(/income 19\.9999 FIL|income 20 FIL/);
  });

  it("shows the part of nominal power that weighs", async () => {
    const p = await earning();
    await attest(p, p.id, (p.weight * 3n) / 4n);
    const svg = pictureOf(await metadataOf(p, p.id), "weakened");
    expect(svg).to.contain('stroke-dasharray="453 604"');
  });

  it("says that an NFT was not attested yet", async () => {
    const p = await enrolled();
    const id = await mint(p);
    const metadata = await metadataOf(p, id);
    expect(valueOf(metadata, "Weight")).to.equal("0 B");
    const svg = pictureOf(metadata, "new");
    const expiry = (await p.nft.expiryOf(id)).toString();
    expect(textsOf(svg)).to.include.members(["0 B", `not attested yet · until epoch ${expiry}`]);
    expect(svg).not.to.contain("stroke-dasharray");
  });

  it("says that an NFT has expired", async () => {
    const p = await earning();
    const expiry = await p.nft.expiryOf(p.id);
    await p.fil.mineTo(expiry);
    const texts = textsOf(pictureOf(await metadataOf(p, p.id), "expired"));
    expect(texts).to.include(`expired at epoch ${expiry.toString()}`);
  });

  it("names one sector by its number and shortens a long list", async () => {
    const p = await enrolled();
    const single = (n: number): Range => ({ start: BigInt(2 * n), count: 1n });
    const id = await mint(p, { sectors: Array.from({ length: 9 }, (_, n) => single(n)) });
    expect(valueOf(await metadataOf(p, id), "Sectors")).to.equal("0, 2, 4, 6, 8, 10, 12, 14, ...");
  });

  for (const [power, text] of [
    [1_023n, "1023 B"],
    [1n << 10n, "1 KiB"],
    [(1n << 20n) + (1n << 19n), "1.5 MiB"],
    [32n * GiB, "32 GiB"],
    [TiB - 1n, "1023.99 GiB"],
    [1n << 50n, "1 PiB"],
    [5n << 60n, "5 EiB"],
    [(1n << 64n) - 1n, "15.99 EiB"],
    [TiB + TiB / 20n, "1.04 TiB"],
  ] as const) {
    it(`writes ${power} bytes as ${text}`, async () => {
      const p = await enrolled();
      const id = await mint(p, { nominalPower: power });
      expect(valueOf(await metadataOf(p, id), "Nominal power")).to.equal(text);
    });
  }

  for (const [amount, text] of [
    [1n, "0 FIL"],
    [FIL("0.0001"), "0.0001 FIL"],
    [FIL("0.01"), "0.01 FIL"],
    [FIL("12.34567"), "12.3456 FIL"],
    [FIL(1_000_000), "1000000 FIL"],
  ] as const) {
    it(`writes ${amount} attoFIL as ${text}`, async () => {
      const p = await enrolled();
      await p.fil.setBalance(MINER, FIL(2_000_000)); // covers the guarantee
      const id = await mint(p, { guarantee: amount });
      expect(valueOf(await metadataOf(p, id), "Guarantee")).to.equal(text);
    });
  }

  it("tells what a guarantee has come to (R-GUA-1)", async () => {
    const p = await delivering(FIL(120));
    await attestTwice(p, p.id, p.nominal / 2n);
    await p.fil.mine(60n * DAY);
    await p.nft.settle(MINER);
    const { remaining, due, payableNow } = await p.nft.guaranteeOf(p.id);
    const metadata = await metadataOf(p, p.id);
    expect(valueOf(metadata, "Guarantee")).to.equal("120 FIL");
    const figures = [valueOf(metadata, "Guarantee remaining"), valueOf(metadata, "Guarantee due to date")];
    expect(figures).to.deep.equal([formatFil(remaining, 4), formatFil(due, 4)]);
    expect(valueOf(metadata, "Guarantee payable now")).to.equal(formatFil(payableNow, 4));
  });

  it("tells of no guarantee where there is none", async () => {
    const p = await earning();
    const traits = (await metadataOf(p, p.id)).attributes.map(({ trait_type }) => trait_type);
    expect(traits.filter((trait) => trait.startsWith("Guarantee"))).to.deep.equal([]);
  });
});
