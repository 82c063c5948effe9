import { expect } from "chai";

import type { LivingNft, NftPart, SectorStatus } from "../../../miner-bridge/power/index.ts";
import { weighMiner, weighNft } from "../../../miner-bridge/power/weigh.ts";
import { nftOf } from "../support/recording.ts";

const part = (status: SectorStatus, start: bigint, qap = 0n): NftPart => ({
  place: status === "absent" ? undefined : { deadline: 0, partition: 0 },
  status,
  sectors: [{ start, count: 1n }],
  qap,
  basis: status === "active" ? "quality 1" : undefined,
});
const nft = (more: Partial<LivingNft> = {}): LivingNft => nftOf(1000n, [1, 2], { expiry: 500n, ...more });

describe("weighing", () => {
  it("adds up active sectors, at most to nominal", () => {
    const parts = [part("active", 1n, 30n), part("active", 2n, 12n)];
    expect(weighNft({ nft: nft(), parts, early: undefined })).to.deep.equal({ id: 1n, weight: 42n });
    const small = nft({ nominalPower: 41n });
    expect(weighNft({ nft: small, parts, early: undefined })).to.deep.equal({ id: 1n, weight: 41n });
  });

  for (const [status, words] of [
    ["faulty", "faulty"],
    ["unproven", "not proven yet"],
    ["terminated", "terminated"],
    ["absent", "not there"],
  ] as const) {
    it(`withholds a first attestation for a sector that is ${words}, and only a first (R-ORC-5)`, () => {
      const parts = [part("active", 1n, 30n), part(status, 2n)];
      expect(weighNft({ nft: nft({ attested: false }), parts, early: undefined })).to.deep.equal({
        id: 1n,
        weight: 0n,
        withheld: `sector 2 is ${words}`,
      });
      expect(weighNft({ nft: nft(), parts, early: undefined }).weight).to.equal(30n);
    });
  }

  it("names the first sector that is not active, wherever it lies", () => {
    const parts = [part("absent", 7n), part("faulty", 3n), part("terminated", 5n)];
    expect(weighNft({ nft: nft({ attested: false }), parts, early: undefined }).withheld).to.equal(
      "sector 3 is faulty",
    );
  });

  it("withholds a first attestation for a sector that ends before the NFT (R-ORC-5)", () => {
    const early = { sector: 2n, expiration: 499n };
    const reading = { nft: nft({ attested: false }), parts: [part("active", 1n, 30n)], early };
    expect(weighNft(reading).withheld).to.equal("sector 2 expires at epoch 499, before the NFT at 500");
  });

  it("skips a miner whose claim is more than 0.01 % away from its sectors, on either side", () => {
    const weigh = (claim: bigint, power: bigint) => weighMiner(1000n, { claim, power, nfts: [] });
    expect(weigh(10_000n, 10_001n)).to.deep.equal({ minerId: 1000n, qap: 10_000n, weights: [] });
    expect(weigh(10_000n, 9_999n)).to.have.property("qap", 10_000n);
    expect(weigh(10_000n, 10_002n)).to.have.property("skipped");
    expect(weigh(10_000n, 9_998n)).to.have.property("skipped");
    expect(weigh(0n, 1n)).to.have.property("skipped");
    expect(weigh(0n, 0n)).to.deep.equal({ minerId: 1000n, qap: 0n, weights: [] });
  });
});
