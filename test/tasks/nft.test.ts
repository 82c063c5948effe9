import { expect } from "chai";

import { OWNER_KEY, account, FakeFilecoin, FIL, HOLDER, NFT, sector, STRANGER } from "./support/FakeFilecoin.ts";
import { powerNftAbi } from "../../lib/index.ts";
import { claim } from "../../tasks/nft/claim.ts";
import { mint } from "../../tasks/nft/mint.ts";
import { show } from "../../tasks/nft/show.ts";
import { transfer } from "../../tasks/nft/transfer.ts";
import { Interface } from "ethers";

const SENDING = { reallyDoIt: false, output: "send", from: undefined } as const;
const MINT = {
  ...SENDING,
  miner: "f01000",
  sectors: "1-5",
  power: undefined,
  expires: "2026-04-01",
  spFee: "5%",
  royalty: "1%",
  maxProtocolFee: undefined,
  to: undefined,
} as const;
const MASKED_OWNER = "0xff00000000000000000000000000000000000066";
const contract = new Interface(powerNftAbi);

function sentCalls(chain: FakeFilecoin) {
  return chain.sent.map((tx) => ("data" in tx ? contract.parseTransaction({ data: tx.data }) : null));
}

describe("nft mint", () => {
  let chain: FakeFilecoin;
  beforeEach(() => {
    chain = new FakeFilecoin().enrol();
  });

  it("plans with the power of the sectors, the date on the grid and the expected income", async () => {
    const run = await chain.runJson(mint, MINT);
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.deep.include({
      to: HOLDER,
      sectors: "1-5",
      nominalPower: (160n * 2n ** 30n).toString(),
      expiry: "5875200",
      fees: { spFeeBps: 500, protocolFeeBps: 100, maxProtocolFeeBps: 100, royaltyBps: 100 },
      perDay: { net: "146875000000000000", gross: "156250000000000000" },
      firstCash: 0,
    });
    expect(chain.sent).to.deep.equal([]);
  });

  it("tells both dates of the grid when the date asked for lies between", async () => {
    expect((await chain.run(mint, MINT)).text).to.match(
      /expires +2026-03-26 22:00 UTC.*you asked for 2026-04-01 00:00 UTC.*2026-04-25 22:00 UTC the one after/s,
    );
  });

  it("mints and tells the number of the NFT", async () => {
    chain.events = [{ contract: NFT, name: "Minted", args: [17n, 1000n, HOLDER, 5n, 5n, 1, 1, 1, [[1n, 5n]]] }];
    const run = await chain.runJson(mint, { ...MINT, reallyDoIt: true, power: "100GiB", to: STRANGER });
    expect(run.error).to.equal(undefined);
    expect(run.plan.id).to.equal("17");
    const request = sentCalls(chain)[0]?.args.toArray()[0] as unknown[];
    expect(request).to.deep.equal([1000n, [[1n, 5n]], 100n * 2n ** 30n, 5_875_200n, 500n, 100n, 100n, STRANGER]);
  });

  it("mints to the owner's masked id when the owner sends from its f1 key", async () => {
    chain.wallet.push(OWNER_KEY);
    const run = await chain.runJson(mint, MINT);
    expect(String(run.plan.to).toLowerCase()).to.equal(MASKED_OWNER);
    expect(run.plan.from).to.equal(OWNER_KEY.toString());
  });

  it("refuses a sector that expires early, by how much", async () => {
    const { StateMinerSectors } = chain.lotus;
    chain.lotus.StateMinerSectors = (...params) =>
      (StateMinerSectors?.(...params) as { SectorNumber: number }[]).map(({ SectorNumber }) =>
        SectorNumber === 3 ? sector(3, 5_875_200 - 12 * 2880) : sector(SectorNumber),
      );
    const run = await chain.run(mint, { ...MINT, reallyDoIt: true });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/Sector 3 expires 12 days early/);
    expect(chain.sent).to.deep.equal([]);
  });

  it("refuses a sector that is not active, or not there", async () => {
    chain.lotus.StateMinerPartitions = (_, deadline) =>
      deadline === 0
        ? [
            {
              AllSectors: [1, 8],
              FaultySectors: [4, 1],
              RecoveringSectors: [0],
              LiveSectors: [1, 8],
              ActiveSectors: [1, 3, 1, 4],
            },
          ]
        : [];
    expect((await chain.run(mint, MINT)).text).to.match(/Sector 4 is not active/);
    expect((await chain.run(mint, { ...MINT, sectors: "8-9" })).text).to.match(/Sector 9 does not exist on f01000/);
  });

  it("asks for sectors one by one where a gateway offers nothing else", async () => {
    chain.without("StateMinerSectors", "StateMinerPartitions");
    const run = await chain.runJson(mint, MINT);
    expect(run.exitCode).to.equal(0);
    expect(run.plan.nominalPower).to.equal((160n * 2n ** 30n).toString());
    expect(run.checks.find(({ name }) => name === "sectors")).to.include({ result: "warn" });
  });

  it("says how long the first cash takes when much is owed already", async () => {
    chain.replies.minerAccount = () => account({ owed: 130n * FIL, earned: 130n * FIL });
    const run = await chain.runJson(mint, MINT);
    expect(run.plan.firstCash).to.be.within(70, 90);
    chain.replies.minerAccount = () => account({ owed: 10n ** 6n * FIL });
    expect((await chain.run(mint, MINT)).text).to.match(/first cash +not in sight/);
  });

  it("refuses sectors that back another NFT", async () => {
    chain.reverts.mint = ["SectorCommitted", [1000n, 3n]];
    const run = await chain.run(mint, { ...MINT, reallyDoIt: true });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/Sector 3 of f01000 backs another NFT that is alive/);
    expect(chain.sent).to.deep.equal([]);
  });

  for (const [what, change, words] of [
    ["overlapping sectors", { sectors: "1-5,3" }, /Sector 3 is named twice/],
    ["no sectors", { sectors: "" }, /is not a sector number/],
    ["power without a unit", { power: "16" }, /type a number and a unit/],
    ["no power", { power: "0TiB" }, /needs some power/],
    ["a date that does not exist", { expires: "2026-02-30" }, /is not a date/],
    ["a fee without its unit", { spFee: "5" }, /with its unit/],
    ["an unknown way", { output: "telegram" }, /--output telegram is unknown/],
    ["a mistyped receiver", { to: "f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdra" }, /typing mistake/],
  ] as const) {
    it(`refuses ${what} as a mistake of the command line`, async () => {
      const run = await chain.run(mint, { ...MINT, reallyDoIt: true, ...change });
      expect(run.exitCode).to.equal(64);
      expect(run.text).to.match(words);
      expect(chain.sent).to.deep.equal([]);
    });
  }

  it("refuses a miner whose vault is not its beneficiary", async () => {
    chain.miner.Beneficiary = "f0102";
    expect((await chain.run(mint, MINT)).text).to.match(/run `miner propose f01000`, then `miner activate f01000`/);
  });
});

describe("nft show", () => {
  it("shows everything of an NFT", async () => {
    const chain = new FakeFilecoin().addNft(1n, MASKED_OWNER, { payable: FIL, unpaid: 2n * FIL });
    const run = await chain.runJson(show, { id: "1" });
    expect(run.plan).to.include({
      miner: "f01000",
      payable: FIL.toString(),
      unpaid: (2n * FIL).toString(),
      sectors: "1-5",
    });
    expect(run.plan.holder).to.match(/^f0102 · 0x/);
  });

  it("shows what was attested, and in which frame", async () => {
    const chain = new FakeFilecoin().addNft(1n, HOLDER);
    const run = await chain.runJson(show, { id: "1" });
    const half = (2n ** 39n).toString();
    expect(run.plan.attested).to.deep.equal({ last: half, previous: half, frame: 1735 });
    expect(run.plan.oracle).to.deep.equal({ lastFrame: 1735, stale: false });
    expect((await chain.run(show, { id: "1" })).text).to.match(
      /attested power +512 GiB in frame 1735, 512 GiB before\n.*last report +frame 1735, of .* UTC, yesterday/,
    );
  });

  it("says when an NFT earns nothing yet, and that nothing but a report is missing", async () => {
    const chain = new FakeFilecoin().addNft(1n, HOLDER, { weight: 0n });
    const { text } = await chain.run(show, { id: "1" });
    expect(text).to.match(/attested power +never/);
    expect(text).to.match(/They are now: it earns after the next report/);
  });

  it("says which sectors keep an NFT from earning (R-ORC-5)", async () => {
    const chain = new FakeFilecoin().addNft(1n, HOLDER, { weight: 0n });
    const { StateMinerSectors } = chain.lotus;
    chain.lotus.StateMinerSectors = (...params) =>
      (StateMinerSectors?.(...params) as { SectorNumber: number }[]).map(({ SectorNumber }) =>
        sector(SectorNumber, SectorNumber === 3 ? 6_048_000 - 2880 : undefined),
      );
    const [check] = (await chain.runJson(show, { id: "1" })).checks;
    expect(check?.text).to.match(/must be active and last to its expiry\. Sector 3 expires 1 day early \(.*\)\.$/);
  });

  it("says that the node cannot tell which sectors are faulty", async () => {
    const chain = new FakeFilecoin().addNft(1n, HOLDER, { weight: 0n }).without("StateMinerPartitions");
    expect((await chain.run(show, { id: "1" })).text).to.match(/This node does not tell which are faulty/);
  });

  it("warns when the oracle has not reported for three days (R-ORC-6)", async () => {
    const chain = new FakeFilecoin().addNft(1n, HOLDER);
    chain.replies.isStale = () => true;
    chain.replies.lastFrame = () => 1_730n;
    const { text } = await chain.run(show, { id: "1" });
    expect(text).to.match(/last report +frame 1730, of .*, 6 days ago/);
    expect(text).to.match(/has not reported for three days: no new NFT begins to earn/);
  });

  it("refuses a number that is none, or of no NFT", async () => {
    const chain = new FakeFilecoin().addNft(1n, HOLDER);
    expect(await chain.run(show, { id: "x" })).to.include({ exitCode: 64 });
    const run = await chain.run(show, { id: "2" });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/NFT 2 does not exist/);
  });
});

describe("nft claim", () => {
  const CLAIM = { ...SENDING, ids: "1", all: false, to: undefined } as const;
  let chain: FakeFilecoin;
  beforeEach(() => {
    chain = new FakeFilecoin().addNft(1n, HOLDER, { payable: 3n * FIL }).addNft(2n, STRANGER, { payable: FIL });
  });

  it("plans the payment, to the holder where nobody else is named", async () => {
    const run = await chain.runJson(claim, CLAIM);
    expect(run.exitCode).to.equal(0);
    expect(run.plan).to.include({ to: HOLDER, sum: (3n * FIL).toString() });
    expect(run.tx).to.equal(null);
  });

  it("pays all NFTs of the holder and its credit", async () => {
    chain.addNft(3n, HOLDER, { payable: 2n * FIL });
    chain.replies.creditOf = () => 5n * FIL;
    const run = await chain.runJson(claim, { ...CLAIM, ids: undefined, all: true, reallyDoIt: true });
    expect(run.plan.sum).to.equal((10n * FIL).toString());
    const [first, second] = sentCalls(chain);
    expect(first?.args.toArray()).to.deep.equal([[1n, 3n], HOLDER]);
    expect(second?.name).to.equal("claimCredit");
  });

  it("pays a key by its masked id", async () => {
    const run = await chain.runJson(claim, { ...CLAIM, to: OWNER_KEY.toString() });
    expect(String(run.plan.to).toLowerCase()).to.equal(MASKED_OWNER);
  });

  it("refuses an NFT of somebody else", async () => {
    const run = await chain.run(claim, { ...CLAIM, ids: "1-2", reallyDoIt: true });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/NFT 2 belongs to .*claim only your own/);
    expect(chain.sent).to.deep.equal([]);
  });

  it("refuses a miner, an address without an id, and the product's own contract as payee", async () => {
    for (const [to, words] of [
      ["f01000", /f01000 is a miner: what it gets belongs to its beneficiary/],
      ["0xff000000000000000000000000000000000003e8", /f01000 is a miner/],
      ["f12fiakbhe2gwd5cnmrenekasyn6v5tnaxaqizq6a", /has no id yet/],
      ["f09999", /does not exist/],
      [NFT, /one of the protocol's own contracts/],
    ] as const) {
      const run = await chain.run(claim, { ...CLAIM, to, reallyDoIt: true });
      expect(run.exitCode, to).to.equal(1);
      expect(run.text).to.match(words);
    }
    expect(chain.sent).to.deep.equal([]);
  });

  it("refuses when nothing can be paid yet", async () => {
    chain.addNft(4n, HOLDER, { unpaid: FIL });
    expect((await chain.run(claim, { ...CLAIM, ids: "4" })).text).to.match(/Nothing can be paid yet.*`miner harvest`/);
  });

  it("wants to know which NFTs, once", async () => {
    for (const ids of [undefined, "1,1", "a", "5-2"]) {
      expect(await chain.run(claim, { ...CLAIM, ids }), ids).to.include({ exitCode: 64 });
    }
  });

  it("refuses a sender whose key is not at hand", async () => {
    const run = await chain.run(claim, { ...CLAIM, from: STRANGER });
    expect(run.exitCode).to.equal(64);
    expect(run.text).to.match(/neither in PRIVATE_KEY nor in the wallet of the node.*--output lotus/);
  });
});

describe("nft transfer", () => {
  const TRANSFER = { ...SENDING, id: "1", to: STRANGER } as const;
  let chain: FakeFilecoin;
  beforeEach(() => {
    chain = new FakeFilecoin().addNft(1n, HOLDER, { payable: 3n * FIL, unpaid: FIL });
  });

  it("tells what becomes a credit and what goes along", async () => {
    const run = await chain.runJson(transfer, { ...TRANSFER, reallyDoIt: true });
    expect(run.plan).to.include({ to: STRANGER, payable: (3n * FIL).toString(), unpaid: FIL.toString() });
    expect(sentCalls(chain)[0]?.args.toArray()).to.deep.equal([HOLDER, STRANGER, 1n]);
  });

  it("resolves the new holder to the form it acts under", async () => {
    expect((await chain.runJson(transfer, { ...TRANSFER, to: "f01021" })).plan.to).to.equal(STRANGER);
  });

  it("refuses an NFT of somebody else, a miner as holder, and the holder itself", async () => {
    chain.addNft(2n, STRANGER);
    expect((await chain.run(transfer, { ...TRANSFER, id: "2", to: "f0102" })).text).to.match(
      /only its holder can move it/,
    );
    expect((await chain.run(transfer, { ...TRANSFER, to: "f01000" })).text).to.match(/f01000 is a miner/);
    expect((await chain.run(transfer, { ...TRANSFER, to: HOLDER })).text).to.match(/holds NFT 1 already/);
    expect(chain.sent).to.deep.equal([]);
  });
});
