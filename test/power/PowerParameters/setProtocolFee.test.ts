import { expect } from "chai";

import { changeParameter } from "../../support/governance.ts";
import { mint } from "../../support/nft.ts";
import { type Protocol, deployed, earning } from "../../support/protocol.ts";

const setProtocolFee = (p: Protocol, bps: bigint) =>
  changeParameter(p, p.nft.interface.encodeFunctionData("setProtocolFee", [bps]));

describe("PowerNFT.setProtocolFee", () => {
  it("starts at nothing", async () => {
    const p = await deployed();
    expect(await p.nft.protocolFeeBps()).to.equal(0n);
  });

  it("takes up to 5 % and says what it was", async () => {
    const p = await deployed();
    await setProtocolFee(p, 100n);
    await expect(setProtocolFee(p, 500n)).to.emit(p.nft, "ProtocolFeeSet").withArgs(100n, 500n);
    expect(await p.nft.protocolFeeBps()).to.equal(500n);
  });

  it("refuses more than 5 % (R-GOV-1)", async () => {
    const p = await deployed();
    await expect(setProtocolFee(p, 501n)).to.be.revertedWithCustomError(p.nft, "FeeTooHigh").withArgs(501n, 500n);
  });

  it("leaves NFTs that are minted already alone (R-GOV-3)", async () => {
    const p = await earning();
    await setProtocolFee(p, 250n);
    const later = await mint(p, { sectors: [{ start: 50n, count: 1n }] });
    expect((await p.nft.powerOf(p.id)).protocolFeeBps).to.equal(0n);
    expect((await p.nft.powerOf(later)).protocolFeeBps).to.equal(250n);
  });
});
