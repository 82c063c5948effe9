import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { changeMeasuring } from "../../support/governance.ts";
import { earn } from "../../support/nft.ts";
import { type Protocol, deployed, earning } from "../../support/protocol.ts";

const setRewardFactor = (p: Protocol, factor: bigint) =>
  changeMeasuring(p, p.nft.interface.encodeFunctionData("setRewardFactor", [factor]));

describe("PowerNFT.setRewardFactor", () => {
  it("starts at 180 daily steps over 75 % locked (R-INC-1)", async () => {
    const p = await deployed();
    expect(await p.nft.rewardFactor()).to.equal(240n);
  });

  for (const factor of [160n, 480n]) {
    it(`takes ${factor} and says what it was`, async () => {
      const p = await deployed();
      await expect(setRewardFactor(p, factor)).to.emit(p.nft, "RewardFactorSet").withArgs(240n, factor);
      expect(await p.nft.rewardFactor()).to.equal(factor);
    });
  }

  for (const factor of [159n, 481n]) {
    it(`refuses ${factor} (R-INC-2)`, async () => {
      const p = await deployed();
      await expect(setRewardFactor(p, factor))
        .to.be.revertedWithCustomError(p.nft, "OutOfRange")
        .withArgs(factor, 160n, 480n);
    });
  }

  it("counts from the next sync on, never for rewards of before (R-GOV-3)", async () => {
    const p = await earning();
    await p.fil.award(p.miner, FIL(6));
    await setRewardFactor(p, 480n);
    await p.nft.sync(p.miner);
    const before = (await p.nft.minerAccount(p.miner)).rewards;
    expect(before).to.be.closeTo(FIL(6), 1000n);
    await earn(p, p.miner, FIL(6));
    expect((await p.nft.minerAccount(p.miner)).rewards - before).to.be.closeTo(FIL(12), 1000n);
  });
});
