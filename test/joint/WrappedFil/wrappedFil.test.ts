import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { newTrader } from "../../support/market.ts";
import { ethers } from "../../support/network.ts";
import { founded } from "../../support/pool.ts";

describe("WrappedFil", () => {
  it("gives a token for each attoFIL, and the attoFIL back", async () => {
    const p = await founded();
    const wfil = p.wfil.connect(p.stranger);
    await wfil.deposit({ value: FIL(3) });
    expect(await wfil.balanceOf(p.stranger)).to.equal(FIL(3));
    await expect(wfil.withdraw(FIL(2))).to.changeEtherBalances(ethers, [p.stranger, p.wfil], [FIL(2), -FIL(2)]);
    expect(await wfil.balanceOf(p.stranger)).to.equal(FIL(1));
    await expect(wfil.withdraw(FIL(2))).to.be.revertedWithCustomError(p.wfil, "ERC20InsufficientBalance");
  });

  it("keeps the tokens of a holder that does not take FIL", async () => {
    const p = await founded();
    const trader = await newTrader();
    const wfil = await p.wfil.getAddress();
    const call = (name: "deposit" | "withdraw", args: readonly bigint[], value = 0n) =>
      trader.execute(wfil, p.wfil.interface.encodeFunctionData(name as "withdraw", args as [bigint]), { value });
    await call("deposit", [], FIL(1));
    await expect(call("withdraw", [FIL(1)]))
      .to.be.revertedWithCustomError(p.wfil, "NotTaken")
      .withArgs(await trader.getAddress(), FIL(1));
    expect(await p.wfil.balanceOf(trader)).to.equal(FIL(1));
  });
});
