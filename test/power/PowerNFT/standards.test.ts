import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { mint } from "../../support/nft.ts";
import { deployed, enrolled } from "../../support/protocol.ts";

describe("PowerNFT keeps to the standards (R-NFT-1)", () => {
  for (const [name, id] of [
    ["ERC-165", "0x01ffc9a7"],
    ["ERC-721", "0x80ac58cd"],
    ["ERC-721 metadata", "0x5b5e139f"],
    ["ERC-2981 royalties", "0x2a55205a"],
    ["ERC-4906 updates of metadata", "0x49064906"],
  ] as const) {
    it(`of ${name}`, async () => {
      const p = await deployed();
      expect(await p.nft.supportsInterface(id)).to.equal(true);
    });
  }

  it("and claims no others", async () => {
    const p = await deployed();
    expect(await p.nft.supportsInterface("0xffffffff")).to.equal(false);
    expect(await p.nft.supportsInterface("0x780e9d63")).to.equal(false); // not enumerable
  });

  it("with a name and a symbol", async () => {
    const p = await deployed();
    expect([await p.nft.name(), await p.nft.symbol()]).to.deep.equal(["Filecoin Power", "POWER"]);
  });

  it("with royalties to who minted, rounded down (ERC-2981)", async () => {
    const p = await enrolled();
    const id = await mint(p, { royaltyBps: 250n });
    expect(await p.nft.royaltyInfo(id, FIL(200))).to.deep.equal([p.provider.address, FIL(5)]);
    expect(await p.nft.royaltyInfo(id, 39n)).to.deep.equal([p.provider.address, 0n]);
    expect(await p.nft.royaltyInfo(id, 40n)).to.deep.equal([p.provider.address, 1n]);
  });

  it("with royalties that follow the minter, not the owner of the day", async () => {
    const p = await enrolled();
    await p.vault.connect(p.provider).setOperator(p.buyer.address);
    const id = await mint(p, { royaltyBps: 1_000n }, p.buyer);
    expect((await p.nft.royaltyInfo(id, 10n)).receiver).to.equal(p.buyer.address);
  });
});
