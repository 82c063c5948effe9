import { expect } from "chai";

import { sectorQap } from "../../../lib/index.ts";
import { BadStateError, type LivingNft, NoActorError, type PinnedTipset } from "../../../miner-bridge/power/index.ts";
import { readByState } from "../../../miner-bridge/power/state/readByState.ts";
import { failureOf } from "../support/failure.ts";
import { nftOf, pinnedOf, readerOf, recording, type Synthetic, synthetic } from "../support/recording.ts";

const pinnedAt = (root: string): PinnedTipset => ({ cids: [{ "/": root }], height: 1n, stateRoot: { "/": root } });

const nftsOf = ({ miner, nfts }: Synthetic): LivingNft[] =>
  nfts.map(({ start, count }, at) => ({
    ...nftOf(BigInt(miner), []),
    id: BigInt(at + 1),
    sectors: [{ start: BigInt(start), count: BigInt(count) }],
  }));

const qapOf = (parts: readonly { readonly qap: bigint }[]): bigint => parts.reduce((sum, { qap }) => sum + qap, 0n);

describe("the state way", () => {
  describe("on blocks of the real network", () => {
    const { blocks, sectorNumbers, faulty, terminated, answers, ...rest } = recording();
    const pinned = pinnedOf({ blocks, sectorNumbers, faulty, terminated, answers, ...rest });
    const read = (...nfts: LivingNft[]) => readByState(readerOf(blocks), pinned, 1000n, nfts);

    it("finds the claim that the node shows, and what the partitions add up to", async () => {
      const { claim, power } = await read();
      expect(claim).to.equal(BigInt(answers.StateMinerPower.MinerPower.QualityAdjPower));
      expect(power).to.equal(BigInt(sectorNumbers.length - 2) * 20_480n);
    });

    it("counts no faulty and no terminated sector (R-ORC-5)", async () => {
      const { nfts } = await read(nftOf(1000n, sectorNumbers));
      const status = new Map(nfts[0]?.parts.map((part) => [part.sectors[0]?.start, part.status]));
      expect(qapOf(nfts[0]?.parts ?? [])).to.equal(BigInt(sectorNumbers.length - 2) * 20_480n);
      expect(status.get(BigInt(faulty))).to.equal("faulty");
      expect(status.get(BigInt(terminated))).to.equal("terminated");
    });

    it("names sectors that no partition has", async () => {
      const { nfts } = await read(nftOf(1000n, [9_000_000, 2n ** 63n - 1n]));
      expect(nfts[0]?.parts.map(({ status, qap }) => [status, qap])).to.deep.equal([["absent", 0n]]);
    });

    it("has no claim and no miner where there is none", async () => {
      const error = await failureOf(readByState(readerOf(blocks), pinned, 77n, []));
      expect(error).to.be.instanceOf(NoActorError).and.have.property("actorId", 77n);
    });
  });

  for (const kind of ["mixed", "ragged"] as const) {
    describe(`on a ${kind} miner that Lotus' own code built`, () => {
      const built = synthetic(kind);
      const pinned = pinnedAt(built.stateRoot);
      const reading = (nfts: readonly LivingNft[]) =>
        readByState(readerOf(built.blocks), pinned, BigInt(built.miner), nfts);

      it("adds partitions up to the claim", async () => {
        const { claim, power } = await reading([]);
        expect(claim).to.equal(BigInt(built.power));
        expect(power).to.equal(claim);
      });

      it("gives each NFT the power of its own active sectors, to the byte", async () => {
        const { nfts } = await reading(nftsOf(built));
        expect(nfts.map(({ parts }) => qapOf(parts).toString())).to.deep.equal(built.nfts.map(({ weight }) => weight));
      });
    });
  }

  describe("in partitions of various quality", () => {
    const built = synthetic("mixed");
    const read = (nft: LivingNft) =>
      readByState(readerOf(built.blocks), pinnedAt(built.stateRoot), BigInt(built.miner), [nft]);

    it("takes a partition's own power where all of it backs one NFT", async () => {
      const { nfts } = await read(nftOf(1234n, [4, 5, 6, 7]));
      expect(nfts[0]?.parts.map(({ basis }) => basis)).to.deep.equal(["whole partition"]);
    });

    it("reads each sector where several share it, and comes to the same", async () => {
      const [whole, ...single] = await Promise.all(
        [[4, 5, 6, 7], [4], [5], [6], [7]].map(async (numbers) => (await read(nftOf(1234n, numbers))).nfts[0]),
      );
      expect(single.flatMap((nft) => nft?.parts.map(({ basis }) => basis) ?? [])).to.deep.equal(
        Array<string>(4).fill("each sector"),
      );
      expect(single.reduce((sum, nft) => sum + qapOf(nft?.parts ?? []), 0n)).to.equal(qapOf(whole?.parts ?? []));
    });

    it("rounds each sector down for itself, as the chain does", async () => {
      // number 4: half of its space-time and four bytes more are verified deals; see bench/synthetic
      const [size, powerBaseEpoch, expiration] = [32n * 2n ** 30n, 1_400n, 1_500_000n + 4n * 2_880n];
      const verifiedDealWeight = (size * (expiration - powerBaseEpoch)) / 2n + 4n;
      const { nfts } = await read(nftOf(1234n, [4]));
      expect(qapOf(nfts[0]?.parts ?? [])).to.equal(sectorQap(size, { powerBaseEpoch, expiration, verifiedDealWeight }));
    });
  });

  it("finds faulty, unproven and terminated sectors apart", async () => {
    const built = synthetic("ragged");
    const read = await readByState(readerOf(built.blocks), pinnedAt(built.stateRoot), 1234n, [
      nftOf(
        1234n,
        [13, 11, 17, 18].sort((a, b) => a - b),
      ),
    ]);
    const parts = new Map(read.nfts[0]?.parts.map(({ sectors, status }) => [Number(sectors[0]?.start), status]));
    expect(parts).to.deep.equal(
      new Map([
        [11, "faulty"],
        [13, "terminated"],
        [17, "unproven"],
        [18, "active"],
      ]),
    );
  });

  it("looks for a sector that ends early before a first attestation only, and with all sectors active", async () => {
    const built = synthetic("mixed");
    const early = async (numbers: number[], more: Partial<LivingNft>) =>
      (await readByState(readerOf(built.blocks), pinnedAt(built.stateRoot), 1234n, [nftOf(1234n, numbers, more)]))
        .nfts[0]?.early;
    const late = { expiry: 1_502_881n };
    expect(await early([4, 7, 8], { ...late, attested: false })).to.deep.equal({ sector: 7n, expiration: 1_500_000n });
    expect(await early([4, 7, 8], { ...late, attested: true })).to.equal(undefined);
    expect(await early([4], { ...late, attested: false })).to.equal(undefined);
    expect(await early([7, 5_000], { ...late, attested: false })).to.equal(undefined);
  });

  it("refuses to compute with one sector behind two NFTs", async () => {
    const { blocks } = recording();
    const twice = [nftOf(1000n, [1, 2]), nftOf(1000n, [2])];
    expect(String(await failureOf(readByState(readerOf(blocks), pinnedOf(recording()), 1000n, twice)))).to.contain(
      "Sector 2 backs two",
    );
  });

  it("refuses a state root that is none", async () => {
    const { blocks, answers } = recording();
    const head = (answers.StateGetActor as { Head: { "/": string } }).Head["/"];
    expect(await failureOf(readByState(readerOf(blocks), pinnedAt(head), 1000n, []))).to.be.instanceOf(BadStateError);
  });
});
