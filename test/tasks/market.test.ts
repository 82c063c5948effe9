import { Interface } from "ethers";
import { expect } from "chai";

import { erc20Abi, type Hex, powerMarketAbi, powerNftAbi } from "../../lib/index.ts";
import { accept } from "../../tasks/market/accept.ts";
import { auction } from "../../tasks/market/auction.ts";
import { bid } from "../../tasks/market/bid.ts";
import { buy } from "../../tasks/market/buy.ts";
import { cancel } from "../../tasks/market/cancel.ts";
import { list } from "../../tasks/market/list.ts";
import { offer } from "../../tasks/market/offer.ts";
import { settle } from "../../tasks/market/settle.ts";
import { show } from "../../tasks/market/show.ts";
import { withdraw } from "../../tasks/market/withdraw.ts";
import { NO_LIMIT } from "../../tasks/support/market.ts";
import { COIN, FakeFilecoin, FIL, HOLDER, MARKET, MULTISIG, NFT, OWNER_KEY, STRANGER } from "./support/FakeFilecoin.ts";

const SENDING = { reallyDoIt: false, output: "send", from: undefined } as const;
const NO_BOUNDS = {
  minPower: undefined,
  minExpiry: undefined,
  maxFee: undefined,
  maxRoyalty: undefined,
  minUnpaid: undefined,
  maxUnpaid: undefined,
} as const;
const IN_FIL: Hex = "0x0000000000000000000000000000000000000000";
const MASKED_OWNER: Hex = "0xff00000000000000000000000000000000000066";
const WEIGHT = 2n ** 39n;
/** What the plan shows is what is insisted on: the NFT's weight, expiry, fees and royalty. */
const AS_SHOWN = [WEIGHT, 6_048_000n, 600n, 0n, 0n, NO_LIMIT];

const CALLS = [powerMarketAbi, powerNftAbi, erc20Abi].map((abi) => new Interface(abi));

/** The calls that were sent: name, arguments, FIL. */
function sentCalls(chain: FakeFilecoin) {
  return chain.sent.map((tx) => {
    if (!("data" in tx)) throw new Error("a native message");
    const call = CALLS.map((abi) => abi.parseTransaction({ data: tx.data })).find((parsed) => parsed !== null);
    return { name: call?.name, args: plain(call?.args.toArray(true)), value: tx.value, to: tx.to };
  });
}

function plain(value: unknown): unknown {
  return Array.isArray(value) ? value.map(plain) : value;
}

const listing = (values: object = {}): object => ({
  seller: STRANGER,
  coin: IN_FIL,
  price: 800n * FIL,
  expiry: 5_086_400n,
  feeBps: 100n,
  weight: WEIGHT,
  open: true,
  ...values,
});
const quote = (values: object = {}): object => ({
  seller: STRANGER,
  coin: IN_FIL,
  price: 800n * FIL,
  fee: 8n * FIL,
  royalty: 16n * FIL,
  royaltyReceiver: MASKED_OWNER,
  net: 776n * FIL,
  weight: WEIGHT,
  expiry: 6_048_000n,
  unpaid: FIL,
  guarantee: 0n,
  cover: 0n,
  coverNeeded: 0n,
  ...values,
});
const offering = (values: object = {}): object => ({
  maker: STRANGER,
  id: 1n,
  minerId: 0n,
  coin: IN_FIL,
  amount: 700n * FIL,
  expiry: 5_086_400n,
  feeBps: 100n,
  bounds: {
    minWeight: 1n,
    minExpiry: 0n,
    maxFeeBps: 10_000n,
    maxRoyaltyBps: 10_000n,
    minUnpaid: 0n,
    maxUnpaid: NO_LIMIT,
  },
  open: true,
  ...values,
});
const inAuction = (values: object = {}): object => ({
  seller: STRANGER,
  coin: IN_FIL,
  reserve: 500n * FIL,
  end: 5_008_640n,
  feeBps: 100n,
  bidder: IN_FIL,
  bid: 0n,
  minWeight: 0n,
  nextBid: 500n * FIL,
  ...values,
});

/** NFT 1 of HOLDER; nothing on the market; a coin of 6 decimals of which everybody has 1,000. */
function market(): FakeFilecoin {
  const chain = new FakeFilecoin().addNft(1n, HOLDER, { unpaid: FIL });
  Object.assign(chain.replies, {
    marketFeeBps: () => 100n,
    getApproved: () => IN_FIL,
    listing: () => listing({ price: 0n, open: false }),
    auctionOf: () => inAuction({ seller: IN_FIL }),
    offers: () => 0n,
    decimals: () => 6n,
    symbol: () => "USDX",
    balanceOf: () => 1_000_000_000n,
    allowance: () => 0n,
  });
  return chain;
}

/** NFT 1 of STRANGER, listed for 800 FIL. */
function listed(): FakeFilecoin {
  const chain = market().addNft(1n, STRANGER, { unpaid: FIL });
  chain.replies.listing = () => listing();
  chain.replies.previewBuy = () => quote();
  return chain;
}

/** NFT 1 of STRANGER, listed and with a guarantee of 120 FIL, of which 80 may still become due and 7 are due and unpaid. */
function guaranteed(cover: bigint): FakeFilecoin {
  const guarantee = {
    promised: 120n * FIL,
    remaining: 80n * FIL,
    due: 20n * FIL,
    payableNow: 3n * FIL,
    paid: 10n * FIL,
  };
  const chain = listed().addNft(1n, STRANGER, { unpaid: FIL, guarantee });
  chain.replies.coverOf = () => ({ amount: cover, remaining: 80n * FIL });
  return chain;
}

describe("market list", () => {
  const LIST = { ...SENDING, id: "1", price: "800", coin: undefined, until: undefined } as const;

  it("plans with fee, royalty, net, and what the NFT earns", async () => {
    const run = await market().runJson(list, LIST);
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.include({
      price: (800n * FIL).toString(),
      fee: (8n * FIL).toString(),
      royalty: "0",
      net: (792n * FIL).toString(),
      unpaid: FIL.toString(),
      perDay: (((FIL / 2n) * 94n) / 100n).toString(),
      until: "5086400",
    });
    expect(run.tx).to.equal(null);
  });

  it("lists it, and only then lets the market move this one NFT: no older price can be met in between", async () => {
    const chain = market();
    await chain.run(list, { ...LIST, reallyDoIt: true, until: "5100000" });
    expect(sentCalls(chain)).to.deep.equal([
      { name: "list", args: [1n, IN_FIL, 800n * FIL, 5_100_000n, WEIGHT], value: 0n, to: MARKET },
      { name: "approve", args: [MARKET, 1n], value: 0n, to: NFT },
    ]);
  });

  it("only lists where the market may move it already", async () => {
    const chain = market();
    chain.replies.getApproved = () => MARKET;
    await chain.run(list, { ...LIST, reallyDoIt: true });
    expect(sentCalls(chain).map(({ name }) => name)).to.deep.equal(["list"]);
  });

  it("reads a price in the units of a coin", async () => {
    const chain = market();
    await chain.run(list, { ...LIST, coin: COIN, price: "12.5", reallyDoIt: true });
    expect(sentCalls(chain)[0]?.args).to.deep.equal([1n, COIN, 12_500_000n, 5_086_400n, WEIGHT]);
    expect((await market().run(list, { ...LIST, coin: COIN, price: "12.5" })).text).to.match(/price +12\.5 USDX/);
    expect(await market().run(list, { ...LIST, coin: COIN, price: "0.0000001" })).to.include({ exitCode: 64 });
  });

  it("refuses an NFT that was not attested yet", async () => {
    const chain = market().addNft(1n, HOLDER, { weight: 0n });
    const run = await chain.run(list, { ...LIST, reallyDoIt: true });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/Not attested yet: NFT 1 earns after the next report/);
    expect(chain.sent).to.deep.equal([]);
  });

  it("refuses an NFT of somebody else", async () => {
    const chain = market().addNft(1n, STRANGER);
    expect((await chain.run(list, LIST)).text).to.match(/NFT 1 belongs to .*only its holder can sell it/);
  });

  it("prints the command for a multisig, which cannot sign here", async () => {
    const chain = market().addNft(1n, "0xff00000000000000000000000000000000000067");
    const run = await chain.run(list, { ...LIST, output: "lotus" });
    expect(run.exitCode).to.equal(0);
    expect(run.text).to.match(
      new RegExp(`lotus msig propose --from f1\\w+ ${MULTISIG.toString()} f410\\w+ 0 3844450837 [0-9a-f]+`),
    );
    expect(run.text.match(/lotus msig propose/g)).to.have.length(2);
  });

  for (const [what, change] of [
    ["no price", { price: "" }],
    ["a price below the smallest unit", { price: "0.1afil" }],
    ["a date that does not exist", { until: "2026-02-30" }],
    ["a number that is none", { id: "x" }],
  ] as const) {
    it(`refuses ${what} as a mistake of the command line`, async () => {
      expect(await market().run(list, { ...LIST, ...change })).to.include({ exitCode: 64 });
    });
  }
});

describe("market buy", () => {
  const BUY = { ...SENDING, ...NO_BOUNDS, ids: "1", maxPrice: undefined, atLeast: undefined, to: undefined } as const;

  it("plans with what is paid, who gets it, and what the NFT earns", async () => {
    const run = await listed().runJson(buy, BUY);
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.include({
      to: HOLDER,
      total: (800n * FIL).toString(),
      fee: (8n * FIL).toString(),
      royalty: (16n * FIL).toString(),
      net: (776n * FIL).toString(),
      unpaid: FIL.toString(),
    });
  });

  it("sends the price along, and insists on what was shown (R-MKT)", async () => {
    const chain = listed();
    await chain.run(buy, { ...BUY, reallyDoIt: true });
    expect(sentCalls(chain)).to.deep.equal([
      { name: "buy", args: [1n, STRANGER, IN_FIL, 800n * FIL, AS_SHOWN, HOLDER], value: 800n * FIL, to: MARKET },
    ]);
  });

  it("insists on what the buyer says instead", async () => {
    const chain = listed();
    const bounds = {
      minPower: "256GiB",
      minExpiry: "6000000",
      maxFee: "10%",
      maxRoyalty: "3%",
      minUnpaid: "0.5",
      maxUnpaid: "2",
    };
    await chain.run(buy, { ...BUY, ...bounds, maxPrice: "900", to: STRANGER, reallyDoIt: true });
    const said = [2n ** 38n, 6_000_000n, 1_000n, 300n, FIL / 2n, 2n * FIL];
    expect(sentCalls(chain)[0]?.args).to.deep.equal([1n, STRANGER, IN_FIL, 900n * FIL, said, STRANGER]);
  });

  it("says that the weight fell since it was listed", async () => {
    const chain = listed();
    chain.replies.listing = () => listing({ weight: 2n ** 40n });
    expect((await chain.run(buy, BUY)).text).to.match(/Weight fell since listing: 1 TiB to 512 GiB/);
  });

  it("shows what is guaranteed and its cover, and counts what is due by it as going along (R-GUA-2)", async () => {
    const run = await guaranteed(400n * FIL).runJson(buy, BUY);
    expect(run.plan).to.deep.include({
      unpaid: (8n * FIL).toString(),
      cover: { amount: (400n * FIL).toString(), remaining: (80n * FIL).toString() },
    });
    expect((run.plan.guarantee as Record<string, unknown>).remaining).to.equal((80n * FIL).toString());
    expect(run.checks.find(({ name }) => name === "covered")).to.include({ result: "pass" });
    const bare = await guaranteed(30n * FIL).run(buy, BUY);
    expect(bare.text).to.match(/guaranteed until then +80 FIL/);
    expect(bare.text).to.match(/50 FIL of them may stay unpaid/);
  });

  it("refuses more than the buyer allows", async () => {
    const run = await listed().run(buy, { ...BUY, maxPrice: "799", reallyDoIt: true });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/NFT 1 costs 800 FIL, more than the 799 FIL of --max-price/);
  });

  it("refuses what the contract refuses, in a sentence", async () => {
    for (const [error, args, words] of [
      ["NotListed", [1n], /NFT 1 is not for sale at a fixed price/],
      ["WeightTooLow", [1n, 14n << 40n, 16n << 40n], /NFT 1 earns with 14 TiB, less than the 16 TiB/],
      ["MarketNotApproved", [1n, STRANGER], /it has to approve the market for it/],
    ] as const) {
      const chain = listed();
      chain.reverts.previewBuy = [error, args];
      const run = await chain.run(buy, { ...BUY, reallyDoIt: true });
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(words);
      expect(chain.sent).to.deep.equal([]);
    }
  });

  it("buys several in one transaction, all of them or as many as the buyer says", async () => {
    const chain = listed().addNft(2n, STRANGER);
    chain.events = [{ contract: MARKET, name: "Sold", args: [1n, STRANGER, HOLDER, IN_FIL, 800n * FIL, 0n, 0n] }];
    const run = await chain.runJson(buy, { ...BUY, ids: "2,1", atLeast: "1", reallyDoIt: true });
    expect(run.plan).to.include({ total: (1_600n * FIL).toString(), bought: 1 });
    const items = [1n, 2n].map((id) => [id, STRANGER, 800n * FIL, AS_SHOWN]);
    expect(sentCalls(chain)).to.deep.equal([
      { name: "buyMany", args: [items, IN_FIL, 1n, HOLDER], value: 1_600n * FIL, to: MARKET },
    ]);
    const all = listed().addNft(2n, STRANGER);
    await all.run(buy, { ...BUY, ids: "1-2", reallyDoIt: true });
    expect((sentCalls(all)[0]?.args as unknown[])[2]).to.equal(2n);
  });

  it("refuses several that are priced in different coins, and a count that is none", async () => {
    const chain = listed().addNft(2n, STRANGER);
    chain.replies.previewBuy = (id) => quote(id === 2n ? { coin: COIN } : {});
    expect((await chain.run(buy, { ...BUY, ids: "1-2" })).text).to.match(/NFT 2 is priced in another coin than NFT 1/);
    expect(await chain.run(buy, { ...BUY, ids: "1-2", atLeast: "3" })).to.include({ exitCode: 64 });
  });

  it("lets the market take exactly the price of a coin first, and sends no FIL", async () => {
    const chain = listed();
    chain.replies.listing = () => listing({ coin: COIN, price: 5_000_000n });
    chain.replies.previewBuy = () => quote({ coin: COIN, price: 5_000_000n, fee: 0n, royalty: 0n, net: 5_000_000n });
    await chain.run(buy, { ...BUY, reallyDoIt: true });
    expect(sentCalls(chain)).to.deep.equal([
      { name: "approve", args: [MARKET, 5_000_000n], value: 0n, to: COIN },
      { name: "buy", args: [1n, STRANGER, COIN, 5_000_000n, AS_SHOWN, HOLDER], value: 0n, to: MARKET },
    ]);
    chain.replies.balanceOf = () => 4_999_999n;
    expect((await chain.run(buy, BUY)).text).to.match(/has 4\.999999 USDX, but needs 5 USDX/);
  });

  it("sends the price along when a node's wallet signs, and prints it for the Lotus tools", async () => {
    const chain = listed();
    chain.wallet.push(OWNER_KEY);
    await chain.run(buy, { ...BUY, from: OWNER_KEY.toString(), reallyDoIt: true });
    expect(chain.sent[0])
      .to.have.property("message")
      .that.includes({ Value: (800n * FIL).toString() });
    const run = await listed().run(buy, { ...BUY, output: "lotus", from: OWNER_KEY.toString() });
    expect(run.text).to.match(
      new RegExp(`lotus send --from ${OWNER_KEY.toString()} --params-hex [0-9a-f]+ ${MARKET} 800`),
    );
  });

  it("refuses the market itself as the new holder", async () => {
    const chain = listed();
    expect((await chain.run(buy, { ...BUY, to: MARKET })).text).to.match(/one of the protocol's own contracts/);
  });
});

describe("market offer", () => {
  const OFFER = {
    ...SENDING,
    ...NO_BOUNDS,
    amount: "700",
    id: "1",
    miner: undefined,
    coin: undefined,
    until: undefined,
  } as const;

  it("puts the money aside for one NFT, as it is shown", async () => {
    const chain = market().addNft(1n, STRANGER);
    chain.events = [
      { contract: MARKET, name: "OfferMade", args: [7n, HOLDER, 1n, 0n, IN_FIL, 700n * FIL, 5_086_400n] },
    ];
    const run = await chain.runJson(offer, { ...OFFER, reallyDoIt: true });
    expect(run.error).to.equal(undefined);
    expect(run.plan).to.include({ amount: (700n * FIL).toString(), offer: "7" });
    const terms = [IN_FIL, 1n, 0n, IN_FIL, 700n * FIL, 5_086_400n, 0n, AS_SHOWN, false];
    expect(sentCalls(chain)).to.deep.equal([{ name: "offer", args: [terms], value: 700n * FIL, to: MARKET }]);
  });

  it("is for any NFT of a miner that earns, or that has what the maker says", async () => {
    const chain = market();
    await chain.run(offer, { ...OFFER, id: undefined, miner: "f01000", minPower: "1TiB", reallyDoIt: true });
    await chain.run(offer, { ...OFFER, id: undefined, miner: "f01000", reallyDoIt: true });
    const [strict, loose] = sentCalls(chain).map(({ args }) => (args as unknown[][])[0]);
    expect(strict?.slice(1, 3)).to.deep.equal([0n, 1000n]);
    expect((strict?.[7] as unknown[])[0]).to.equal(2n ** 40n);
    expect((loose?.[7] as unknown[])[0]).to.equal(1n);
  });

  it("wants exactly one target", async () => {
    for (const change of [{ id: undefined }, { miner: "f01000" }]) {
      expect(await market().run(offer, { ...OFFER, ...change })).to.include({ exitCode: 64 });
    }
  });
});

describe("market accept", () => {
  const ACCEPT = { ...SENDING, offer: "7", id: "1" } as const;

  it("plans the split, lets the market move the NFT, and sells it", async () => {
    const chain = market();
    chain.replies.offerOf = () => offering();
    const run = await chain.runJson(accept, { ...ACCEPT, reallyDoIt: true });
    expect(run.plan).to.include({ price: (700n * FIL).toString(), net: (693n * FIL).toString() });
    expect(sentCalls(chain).map(({ name, args }) => [name, args])).to.deep.equal([
      ["approve", [MARKET, 1n]],
      ["accept", [7n, 1n]],
    ]);
  });

  it("ends a listing of long ago before it lets the market move the NFT again", async () => {
    const chain = market();
    chain.replies.offerOf = () => offering();
    chain.replies.listing = () => listing({ open: false });
    await chain.run(accept, { ...ACCEPT, reallyDoIt: true });
    expect(sentCalls(chain).map(({ name }) => name)).to.deep.equal(["cancelListing", "approve", "accept"]);
  });

  it("refuses an offer that is gone, has ended, or asks for more than there is", async () => {
    for (const [values, words] of [
      [{ maker: IN_FIL }, /There is no offer 7/],
      [{ open: false }, /Offer 7 has ended/],
      [{ bounds: { ...AS_OFFER, minWeight: 2n ** 40n } }, /wants at least 1 TiB, but NFT 1 earns with 512 GiB/],
    ] as const) {
      const chain = market();
      chain.replies.offerOf = () => offering(values);
      const run = await chain.run(accept, { ...ACCEPT, reallyDoIt: true });
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(words);
      expect(chain.sent).to.deep.equal([]);
    }
    expect(await market().run(accept, { ...ACCEPT, offer: "seven" })).to.include({ exitCode: 64 });
  });
});

const AS_OFFER = { minExpiry: 0n, maxFeeBps: 10_000n, maxRoyaltyBps: 10_000n, minUnpaid: 0n, maxUnpaid: NO_LIMIT };

describe("market auction, bid and settle", () => {
  const AUCTION = { ...SENDING, id: "1", reserve: "500", coin: undefined, duration: "3d" } as const;
  const BID = { ...SENDING, ...NO_BOUNDS, id: "1", amount: "525" } as const;

  it("auctions an NFT for as long as is said", async () => {
    const chain = market();
    chain.replies.getApproved = () => MARKET;
    const run = await chain.runJson(auction, { ...AUCTION, reallyDoIt: true });
    expect(run.plan).to.include({ reserve: (500n * FIL).toString(), net: (495n * FIL).toString() });
    expect(sentCalls(chain)[0]).to.include({ name: "auction" });
    expect(sentCalls(chain)[0]?.args).to.deep.equal([1n, IN_FIL, 500n * FIL, 8_640n]);
    await chain.run(auction, { ...AUCTION, duration: "12h", reallyDoIt: true });
    expect(sentCalls(chain)[1]?.args).to.deep.equal([1n, IN_FIL, 500n * FIL, 1_440n]);
    expect(await chain.run(auction, { ...AUCTION, duration: "soon" })).to.include({ exitCode: 64 });
  });

  it("auctions no NFT that was not attested yet", async () => {
    const chain = market().addNft(1n, HOLDER, { weight: 0n });
    expect((await chain.run(auction, AUCTION)).text).to.match(/Not attested yet/);
  });

  it("bids what is named, as the NFT is shown", async () => {
    const chain = market().addNft(1n, MARKET);
    chain.replies.auctionOf = () => inAuction({ bidder: STRANGER, bid: 500n * FIL, nextBid: 525n * FIL });
    await chain.run(bid, { ...BID, reallyDoIt: true });
    expect(sentCalls(chain)).to.deep.equal([
      { name: "bid", args: [1n, IN_FIL, 525n * FIL, AS_SHOWN], value: 525n * FIL, to: MARKET },
    ]);
    const low = await chain.run(bid, { ...BID, amount: "524", reallyDoIt: true });
    expect(low.text).to.match(/A bid of 524 FIL is too low: bid at least 525 FIL/);
  });

  it("refuses a bid where nothing is auctioned, and says where to look", async () => {
    expect((await market().run(bid, BID)).text).to.match(/NFT 1 is not auctioned: see `market show 1`/);
    expect((await market().run(settle, { ...SENDING, id: "1" })).text).to.match(/NFT 1 is not auctioned/);
  });

  it("settles, and says before how it ends", async () => {
    const chain = market().addNft(1n, MARKET);
    chain.replies.auctionOf = () => inAuction();
    expect((await chain.run(settle, { ...SENDING, id: "1" })).text).to.match(/nobody bid: the NFT goes back/);
    chain.replies.auctionOf = () => inAuction({ bidder: HOLDER, bid: 525n * FIL });
    const run = await chain.run(settle, { ...SENDING, id: "1", reallyDoIt: true });
    expect(run.text).to.match(/highest bid is 525 FIL of 0x2/);
    expect(sentCalls(chain)[0]).to.deep.include({ name: "settleAuction", args: [1n] });
  });
});

describe("market cancel", () => {
  const CANCEL = { ...SENDING, id: undefined, offer: undefined, all: false, reallyDoIt: true } as const;

  it("ends a listing, or the auction of an NFT that is auctioned", async () => {
    const chain = market();
    chain.replies.listing = () => listing();
    await chain.run(cancel, { ...CANCEL, id: "1" });
    chain.replies.auctionOf = () => inAuction();
    await chain.run(cancel, { ...CANCEL, id: "1" });
    expect(sentCalls(chain).map(({ name, args }) => [name, args])).to.deep.equal([
      ["cancelListing", [1n]],
      ["cancelAuction", [1n]],
    ]);
  });

  it("ends an offer, and says what comes back", async () => {
    const chain = market();
    chain.replies.offerOf = () => offering();
    const run = await chain.runJson(cancel, { ...CANCEL, offer: "7" });
    expect(run.plan.back).to.equal((700n * FIL).toString());
    expect(sentCalls(chain)[0]).to.deep.include({ name: "cancelOffer", args: [7n] });
    chain.replies.offerOf = () => offering({ maker: IN_FIL });
    expect((await chain.run(cancel, { ...CANCEL, offer: "7" })).text).to.match(/There is no offer 7/);
  });

  it("ends everything at once", async () => {
    const chain = market();
    await chain.run(cancel, { ...CANCEL, all: true });
    expect(sentCalls(chain)[0]).to.deep.include({ name: "cancelAll", args: [] });
  });

  it("wants to know what, once", async () => {
    for (const change of [{}, { id: "1", all: true }, { id: "1", offer: "2" }]) {
      expect(await market().run(cancel, { ...CANCEL, ...change })).to.include({ exitCode: 64 });
    }
  });
});

describe("market withdraw", () => {
  const WITHDRAW = { ...SENDING, coin: undefined, to: undefined } as const;

  it("pays the sender's credit", async () => {
    const chain = market();
    chain.replies.creditOf = () => 3n * FIL;
    const run = await chain.runJson(withdraw, { ...WITHDRAW, reallyDoIt: true });
    expect(run.plan).to.include({ credit: (3n * FIL).toString(), to: HOLDER });
    expect(sentCalls(chain)[0]).to.deep.include({ name: "withdraw", args: [IN_FIL, HOLDER] });
  });

  it("refuses when there is none, and a miner as payee", async () => {
    expect((await market().run(withdraw, { ...WITHDRAW, coin: COIN })).text).to.match(
      /There is no credit in this coin/,
    );
    const chain = market();
    chain.replies.creditOf = () => FIL;
    expect((await chain.run(withdraw, { ...WITHDRAW, to: "f01000" })).text).to.match(/f01000 is a miner/);
  });
});

describe("market show", () => {
  it("shows a listing, its split, and that the weight fell", async () => {
    const chain = listed();
    chain.replies.listing = () => listing({ weight: 2n ** 40n });
    const run = await chain.runJson(show, { id: "1" });
    expect(run.plan).to.include({ sale: "at a fixed price", price: (800n * FIL).toString(), seller: STRANGER });
    expect(run.checks.map(({ text }) => text)).to.include("Weight fell since listing: 1 TiB to 512 GiB");
  });

  it("shows an auction", async () => {
    const chain = market().addNft(1n, MARKET);
    chain.replies.auctionOf = () => inAuction();
    const run = await chain.runJson(show, { id: "1" });
    expect(run.plan).to.include({ sale: "by auction", bid: "0", nextBid: (500n * FIL).toString() });
  });

  it("shows the open offers for the NFT, or for any of its miner's that it is good enough for", async () => {
    const chain = market();
    chain.replies.offers = () => 5n;
    const strict = { ...AS_OFFER, minWeight: 2n ** 50n };
    const made = [
      offering({ id: 2n }),
      offering({ open: false }),
      offering({ id: 0n, minerId: 1000n }),
      offering({ id: 0n, minerId: 1000n, bounds: strict }),
      offering(),
    ];
    chain.replies.offerOf = (number) => made[Number(number) - 1];
    const run = await chain.runJson(show, { id: "1" });
    expect((run.plan.offers as { number: string }[]).map(({ number }) => number)).to.deep.equal(["5", "3"]);
  });

  it("says when an NFT is not for sale, and not attested yet", async () => {
    const chain = market().addNft(1n, HOLDER, { weight: 0n });
    const run = await chain.run(show, { id: "1" });
    expect(run.text).to.match(/for sale +no/);
    expect(run.text).to.match(/Not attested yet: it earns after the next report/);
  });
});
