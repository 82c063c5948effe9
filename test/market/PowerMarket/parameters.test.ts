import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import { changeMarket } from "../../support/governance.ts";
import { ANY, IN_FIL, PRICE, allowCoin, approved, buy, expectHolds, newCoin, setFee } from "../../support/market.ts";
import { ethers } from "../../support/network.ts";
import { type Protocol, deployed } from "../../support/protocol.ts";
import { DAY } from "../../support/units.ts";

const setCoin = (p: Protocol, coin: string, allowed: boolean) =>
  changeMarket(p, p.market.interface.encodeFunctionData("setCoin", [coin, allowed]));

describe("PowerMarket.setMarketFee", () => {
  it("starts at nothing", async () => {
    const p = await deployed();
    expect(await p.market.marketFeeBps()).to.equal(0n);
  });

  it("takes up to 2.5 % and says what it was", async () => {
    const p = await approved();
    await setFee(p, 100n);
    await expect(setFee(p, 250n)).to.emit(p.market, "MarketFeeSet").withArgs(100n, 250n);
    expect(await p.market.marketFeeBps()).to.equal(250n);
  });

  it("refuses more than 2.5 % (R-GOV-1)", async () => {
    const p = await approved();
    await expect(setFee(p, 251n)).to.be.revertedWithCustomError(p.nft, "FeeTooHigh").withArgs(251n, 250n);
  });
});

describe("PowerMarket.setCoin", () => {
  it("allows a coin, ends that, and allows it again, saying so", async () => {
    const p = await deployed();
    const coin = await (await newCoin()).getAddress();
    await expect(setCoin(p, coin, true))
      .to.emit(p.market, "CoinSet")
      .withArgs(coin, true);
    expect(await p.market.isAllowed(coin)).to.equal(true);
    await expect(setCoin(p, coin, false))
      .to.emit(p.market, "CoinSet")
      .withArgs(coin, false);
    expect(await p.market.isAllowed(coin)).to.equal(false);
    await setCoin(p, coin, true);
    expect(await p.market.isAllowed(coin)).to.equal(true);
  });

  it("cannot end FIL", async () => {
    const p = await deployed();
    expect(await p.market.isAllowed(IN_FIL)).to.equal(true);
    await expect(setCoin(p, IN_FIL, false)).to.be.revertedWithCustomError(p.market, "CoinNotAllowed");
  });

  it("refuses what is no contract, a native actor, the NFTs, the market, and too many decimals", async () => {
    const p = await deployed();
    const precise = await (await newCoin(19)).getAddress();
    const bad = [
      ZeroAddress,
      p.stranger.address,
      maskedAddress(1_000n),
      await p.nft.getAddress(),
      await p.market.getAddress(),
      await p.manager.getAddress(),
      precise,
    ];
    for (const coin of bad) {
      await expect(setCoin(p, coin, true), coin).to.be.revertedWithCustomError(p.market, "BadCoin");
    }
  });

  it("takes 18 decimals", async () => {
    const p = await deployed();
    await setCoin(p, await (await newCoin(18)).getAddress(), true);
  });

  it("allows 64 coins at most", async () => {
    const p = await deployed();
    const target = await p.market.getAddress();
    const coins = await Promise.all(Array.from({ length: 65 }, async () => (await newCoin()).getAddress()));
    const calls = coins.map((coin) => p.market.interface.encodeFunctionData("setCoin", [coin, true]));
    for (const call of calls) await p.manager.connect(p.governance).schedule(target, call, 0);
    await p.fil.mine(3n * DAY);
    const last = calls.pop() ?? "";
    for (const call of calls) await p.manager.connect(p.governance).execute(target, call);
    await expect(p.manager.connect(p.governance).execute(target, last))
      .to.be.revertedWithCustomError(p.market, "TooManyCoins")
      .withArgs(64n);
  });
});

describe("PowerMarket.claimMarketFees", () => {
  it("pays the fees of a coin to whom the treasury names, once, and says so", async () => {
    const p = await approved();
    await setFee(p, 250n);
    await p.market.connect(p.holder).list(p.id, IN_FIL, PRICE, (await p.fil.epoch()) + DAY, p.weight);
    await buy(p);
    const claimed = p.market.connect(p.governance).claimMarketFees(IN_FIL, p.stranger.address);
    await expect(claimed).to.changeEtherBalance(ethers, p.stranger, FIL(25) / 10n);
    await expect(claimed)
      .to.emit(p.market, "MarketFeesClaimed")
      .withArgs(IN_FIL, p.stranger.address, FIL(25) / 10n);
    expect(await p.market.connect(p.governance).claimMarketFees.staticCall(IN_FIL, p.stranger.address)).to.equal(0n);
    await expectHolds(p, IN_FIL, 0n);
  });

  it("touches no credit, offer or bid", async () => {
    const p = await approved();
    await setFee(p, 250n);
    const coin = await allowCoin(p);
    const address = await coin.getAddress();
    await p.market.connect(p.holder).list(p.id, coin, 1_000n, (await p.fil.epoch()) + DAY, p.weight);
    await p.market.connect(p.buyer).buy(p.id, p.holder.address, coin, 1_000n, ANY, p.buyer.address);
    await p.market.connect(p.governance).claimMarketFees(coin, p.stranger.address);
    expect(await coin.balanceOf(p.stranger.address)).to.equal(1_000_025n);
    expect(await p.market.creditOf(coin, p.holder.address)).to.equal(975n);
    await expectHolds(p, address, 975n);
  });
});
