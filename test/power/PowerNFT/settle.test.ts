import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { expectIdentities } from "../../support/identity.ts";
import { MINER, earning } from "../../support/protocol.ts";

describe("PowerNFT.settle", () => {
  it("measures and harvests in one call, and anyone may call it (R-VLT-4)", async () => {
    const p = await earning();
    await p.fil.award(MINER, FIL(40));
    await expect(p.nft.connect(p.buyer).settle(MINER)).to.emit(p.nft, "Synced").to.emit(p.nft, "Harvested");
    const account = await p.nft.minerAccount(MINER);
    expect(account.lastSync).to.equal(await p.fil.epoch());
    expect(account.covered).to.equal(account.earned).and.not.to.equal(0n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("answers with what is still owed, and how many NFTs are alive", async () => {
    const p = await earning();
    await p.fil.award(MINER, FIL(40));
    const { pledge, available } = await p.fil.ledgerOf(MINER);
    await p.fil.setInitialPledge(MINER, pledge + available - FIL(1));
    const [owed, living] = await p.nft.settle.staticCall(MINER);
    await p.nft.settle(MINER);
    const account = await p.nft.minerAccount(MINER);
    expect(owed).to.be.closeTo(account.owed, 1_000n).and.not.to.equal(0n);
    expect(living).to.equal(1n);
  });
});
