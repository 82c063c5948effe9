import { join } from "node:path";

import { expect } from "chai";

import { Printer } from "../../../embedded/print/Printer.ts";
import { playStory } from "../../../embedded/story/playStory.ts";
import { Stage } from "../../../embedded/story/Stage.ts";
import { type Hex, PowerNftReader, createTransport } from "../../../lib/index.ts";
import { createIndexer } from "../../../miner-bridge/indexer/index.ts";
import { type TestNode, startNode } from "../../embedded/node.ts";
import { silent, temporaryFolder, valuesOf } from "./support/history.ts";

type Row = Readonly<Record<string, string | number | null>>;

/** The story of `npm start`, from deployment to release, indexed from the node's RPC and compared with the contracts. */
describe("a history of the embedded Filecoin", function () {
  this.timeout(600_000);
  const path = join(temporaryFolder(), "history.sqlite");
  let node: TestNode;
  let stage: Stage;
  let firstEpoch: bigint;
  let counters: { readonly epoch: bigint | undefined; readonly lag: bigint; readonly unreadableDays: number };
  let reader: PowerNftReader;
  let closed: bigint;

  before(async () => {
    node = await startNode();
    stage = await Stage.set(node.server, node.chain, new Printer(() => {}, false));
    firstEpoch = await stage.epoch();
    await playStory(stage);
    // until the story's last day is final and over
    await node.advance(900 + 2 * 2_880);
    const { powerNFT, minerRegistry, powerOracle } = stage.protocol as unknown as Record<string, Hex>;
    const contracts = { powerNFT, minerRegistry, powerOracle } as Record<
      "powerNFT" | "minerRegistry" | "powerOracle",
      Hex
    >;
    const request = createTransport({ url: node.server.rpcUrl });
    const indexer = createIndexer({ request, contracts, startEpoch: firstEpoch, path, log: silent });
    counters = await indexer.tick();
    indexer.close();
    const [place] = valuesOf<{ closed_epoch: number }>(path, "SELECT closed_epoch FROM place");
    closed = BigInt(place?.closed_epoch ?? 0);
    reader = new PowerNftReader(request, powerNFT as Hex, `0x${closed.toString(16)}`);
  });
  after(async () => {
    stage.close();
    await node.close();
  });

  const miners = (): Row[] => valuesOf<Row>(path, "SELECT * FROM miners");
  const nfts = (): Row[] => valuesOf<Row>(path, "SELECT * FROM nfts ORDER BY nft_id");

  it("reaches the last final epoch", () => {
    expect(counters.lag).to.equal(0n);
    expect(counters.unreadableDays).to.equal(0);
  });

  it("holds the events that the node has", async () => {
    for (const [contract, name] of [
      ["powerNFT", "PowerNFT"],
      ["registry", "MinerRegistry"],
      ["oracle", "PowerOracle"],
      ["vault", "MinerVault"],
    ] as const) {
      const wanted = await stage.events(contract, firstEpoch, counters.epoch ?? 0n);
      const kept = valuesOf<Row>(path, `SELECT name FROM events WHERE contract = '${name}' ORDER BY seq`);
      expect(wanted.length, name).to.be.greaterThan(0);
      expect(kept.map((row) => row["name"])).to.deep.equal(wanted.map((event) => event.name));
    }
    expect(valuesOf(path, "SELECT * FROM events WHERE name = 'Unknown'")).to.deep.equal([]);
  });

  it("knows of the miner what the contracts know", async () => {
    const [miner] = miners();
    const account = await reader.minerAccount(stage.miner.id);
    expect(miner).to.deep.include({
      ...{ vault: stage.vault, active: 0, earned: String(account.earned), covered: String(account.covered) },
      ...{ rewards: String(account.rewards), last_sync: Number(account.lastSync), qap: String(account.qap) },
    });
    expect(miner?.["released_epoch"]).to.be.greaterThan(0);
  });

  it("knows of each NFT what the contracts know", async () => {
    expect(nfts().length).to.equal(Number(await reader.minted()));
    for (const nft of nfts().filter(({ burned_epoch }) => burned_epoch === null)) {
      const id = BigInt(nft["nft_id"] ?? 0);
      const power = await reader.powerOf(id);
      expect(nft).to.deep.include({
        ...{ holder: await reader.ownerOf(id), nominal_power: String(power.nominalPower) },
        ...{ expiry: Number(power.expiry), attested_epoch: Number(power.attestedAt), sp_fee_bps: power.spFeeBps },
        ...{ protocol_fee_bps: power.protocolFeeBps, minted_epoch: Number(power.mintedAt) },
      });
      expect(BigInt(nft["claimed"] ?? 0) + BigInt(nft["credited"] ?? 0)).to.equal(await reader.paidOf(id));
    }
  });

  it("holds incomes that add up to what each NFT earned on chain, to the attoFIL", async () => {
    for (const nft of nfts()) {
      const id = BigInt(nft["nft_id"] ?? 0);
      const rows = valuesOf<{ income: string }>(path, `SELECT income FROM incomes WHERE nft_id = ${id}`);
      // measured daily in the first thirty days, and weekly while a pool holds it
      expect(rows.length, `measurings of NFT ${id}`).to.be.greaterThan(15);
      const sum = rows.reduce((total, { income }) => total + BigInt(income), 0n);
      const burned = nft["burned_epoch"] !== null;
      const earned = burned ? BigInt(nft["claimed"] ?? 0) + BigInt(nft["credited"] ?? 0) : await reader.earnedOf(id);
      expect(sum, `NFT ${id}`).to.equal(earned);
      expect(sum > 0n, `NFT ${id} earned`).to.equal(true);
      expect(nft["earned_final"], `NFT ${id} is over`).to.equal(1);
    }
  });

  it("ends each weight where the contracts have it", () => {
    for (const nft of nfts().filter(({ burned_epoch }) => burned_epoch === null)) {
      const id = BigInt(nft["nft_id"] ?? 0);
      const rows = valuesOf<Row>(path, `SELECT * FROM weights WHERE nft_id = ${id} ORDER BY seq`);
      rows.slice(1).forEach((row, index) => expect(row["old_weight"]).to.equal(rows[index]?.["weight"]));
      expect(rows.length).to.be.greaterThan(0);
      expect(rows.at(-1)?.["weight"]).to.equal(nft["weight"]);
    }
  });

  it("holds an expectation for every day on which an NFT lived", () => {
    const rows = valuesOf<Row>(path, "SELECT * FROM expectations");
    expect(rows.length).to.be.greaterThan(30);
    expect(rows.every(({ per_tib }) => BigInt(per_tib ?? 0) > 0n)).to.equal(true);
  });
});
