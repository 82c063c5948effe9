import { expect } from "chai";

import { bigIntBytes, encodeCbor } from "../../filecoin/cbor.ts";
import { FIL } from "../../filecoin/index.ts";
import { MINER_POWER, POWER_ACTOR, interceptActors } from "../../support/answers.ts";
import { inOneEpoch } from "../../support/epoch.ts";
import { applyWeights, attest, earn, mint } from "../../support/nft.ts";
import { MINER, OWNER, QAP, type Enrolled, addMiner, earning, enrol, enrolled } from "../../support/protocol.ts";
import { GiB } from "../../support/units.ts";

const QUARTER = QAP / 4n;

/** Two NFTs of a quarter of the miner's power each, not attested yet. */
async function pair() {
  const p = await enrolled();
  const first = await mint(p, { sectors: [{ start: 0n, count: 25n }], nominalPower: QUARTER });
  const second = await mint(p, { sectors: [{ start: 25n, count: 25n }], nominalPower: QUARTER });
  return { ...p, first, second };
}

const apply = (p: Enrolled, ids: bigint[], weights: bigint[]) => applyWeights(p, MINER, ids, weights);

describe("PowerNFT.applyWeights", () => {
  it("sets weights and says so, for marketplaces too (ERC-4906)", async () => {
    const p = await pair();
    await expect(apply(p, [p.first, p.second], [QUARTER, 5n]))
      .to.emit(p.nft, "WeightSet")
      .withArgs(p.first, MINER, 0n, QUARTER)
      .and.to.emit(p.nft, "WeightSet")
      .withArgs(p.second, MINER, 0n, 5n)
      .and.to.emit(p.nft, "BatchMetadataUpdate")
      .withArgs(p.first, p.second);
    expect(await p.nft.weightOf(p.first)).to.equal(QUARTER);
    expect(await p.nft.weightOf(p.second)).to.equal(5n);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(QUARTER + 5n);
  });

  it("notes the first attestation, and no later one", async () => {
    const p = await pair();
    await attest(p, p.first, 5n);
    const at = await p.fil.epoch();
    await attest(p, p.first, 6n);
    expect((await p.nft.powerOf(p.first)).attestedAt).to.equal(at);
    expect((await p.nft.powerOf(p.second)).attestedAt).to.equal(0n);
  });

  it("is silent where nothing changes", async () => {
    const p = await pair();
    await attest(p, p.first, 5n);
    await expect(apply(p, [p.first, p.second], [5n, 0n])).not.to.emit(p.nft, "WeightSet");
    expect((await p.nft.powerOf(p.second)).attestedAt).to.equal(0n);
  });

  it("measures income first: the old weight earns up to now, the new one from now (R-INC-6)", async () => {
    const p = await pair();
    await attest(p, p.first, QUARTER);
    await p.fil.award(MINER, FIL(8));
    await attest(p, p.first, QUARTER / 2n);
    expect(await p.nft.earnedOf(p.first)).to.be.closeTo(FIL(2), 1_000n);
    await earn(p, MINER, FIL(8));
    expect(await p.nft.earnedOf(p.first)).to.be.closeTo(FIL(3), 2_000n);
  });

  it("lets the line grow by what the new weights earn, and by no more (R-LED-2)", async () => {
    const p = await pair();
    await apply(p, [p.first, p.second], [QUARTER, QUARTER]);
    await apply(p, [p.first, p.second], [QUARTER / 2n, 0n]);
    const grown = await earn(p, MINER, FIL(8));
    expect(await p.nft.earnedOf(p.first)).to.be.closeTo(grown, 4n);
  });

  it("counts nothing of what the miner earned before the first attested weight (R-INC-5)", async () => {
    const p = await pair();
    await p.fil.award(MINER, FIL(8));
    await attest(p, p.first, QUARTER);
    expect(await p.nft.earnedOf(p.first)).to.equal(0n);
    expect((await p.nft.minerAccount(MINER)).earned).to.equal(0n);
  });

  it("gives up a weight and takes it back, each time from now on", async () => {
    const p = await pair();
    await attest(p, p.first, QUARTER);
    await earn(p, MINER, FIL(8));
    await attest(p, p.first, 0n);
    await earn(p, MINER, FIL(8));
    await attest(p, p.first, QUARTER);
    await earn(p, MINER, FIL(8));
    expect(await p.nft.earnedOf(p.first)).to.be.closeTo(FIL(4), 2_000n);
  });

  it("leaves a fall out of what the miner's holders earn together from then on", async () => {
    const p = await pair();
    await apply(p, [p.first, p.second], [QUARTER, QUARTER]);
    await attest(p, p.first, QUARTER / 2n);
    await earn(p, MINER, FIL(8));
    const { earned } = await p.nft.minerAccount(MINER);
    expect(earned).to.be.closeTo(FIL(3), 2_000n);
    expect((await p.nft.earnedOf(p.first)) + (await p.nft.earnedOf(p.second))).to.be.closeTo(earned, 4n);
  });

  it("passes over an NFT that was burned, so that a burn cannot hold up a report", async () => {
    const p = await pair();
    await p.nft.connect(p.holder).burn(p.first);
    await apply(p, [p.first, p.second], [QUARTER, QUARTER]);
    expect(await p.nft.weightOf(p.second)).to.equal(QUARTER);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(QUARTER);
  });

  it("changes nothing of an NFT that has expired", async () => {
    const p = await pair();
    await attest(p, p.first, QUARTER);
    await p.fil.mineTo(await p.nft.expiryOf(p.first));
    await expect(apply(p, [p.first, p.second], [1n, 1n])).not.to.emit(p.nft, "WeightSet");
    expect(await p.nft.weightOf(p.first)).to.equal(0n);
  });
});

describe("PowerNFT.attestedWeightsOf (R-ORC-3)", () => {
  it("keeps the last two attested weights, and the frame of the last", async () => {
    const p = await pair();
    await p.nft.connect(p.oracle).applyWeights(MINER, 40_000n, [p.first], [5n]);
    expect(await p.nft.attestedWeightsOf(p.first)).to.deep.equal([5n, 0n, 40_000n]);
    await p.nft.connect(p.oracle).applyWeights(MINER, 40_001n, [p.first], [3n]);
    expect(await p.nft.attestedWeightsOf(p.first)).to.deep.equal([3n, 5n, 40_001n]);
    await p.nft.connect(p.oracle).applyWeights(MINER, 40_002n, [p.first], [3n]);
    expect(await p.nft.attestedWeightsOf(p.first)).to.deep.equal([3n, 3n, 40_002n]);
  });
});

describe("PowerNFT.lowerWeight", () => {
  it("sets both of the last two weights, at once (R-ORC-3)", async () => {
    const p = await pair();
    await attest(p, p.first, QUARTER);
    await expect(p.nft.connect(p.oracle).lowerWeight(p.first, 60_000n, 7n))
      .to.emit(p.nft, "WeightSet")
      .withArgs(p.first, MINER, QUARTER, 7n);
    const { last, previous } = await p.nft.attestedWeightsOf(p.first);
    expect([last, previous]).to.deep.equal([7n, 7n]);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(7n);
  });

  it("measures income first (R-INC-6)", async () => {
    const p = await pair();
    await attest(p, p.first, QUARTER);
    await p.fil.award(MINER, FIL(8));
    await p.nft.connect(p.oracle).lowerWeight(p.first, 60_000n, 0n);
    expect(await p.nft.earnedOf(p.first)).to.be.closeTo(FIL(2), 1_000n);
  });

  it("lowers what is kept as the weight before where the last one is lower already", async () => {
    const p = await pair();
    await apply(p, [p.first], [QUARTER]);
    await apply(p, [p.first], [3n]);
    await expect(p.nft.connect(p.oracle).lowerWeight(p.first, 60_000n, 7n)).not.to.emit(p.nft, "WeightSet");
    const { last, previous } = await p.nft.attestedWeightsOf(p.first);
    expect([last, previous]).to.deep.equal([3n, 7n]);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(3n);
  });

  it("does not hide the NFT from falls that a report of the same frame says (R-ORC-2)", async () => {
    const p = await pair();
    await attest(p, p.first, QUARTER);
    await p.nft.connect(p.oracle).lowerWeight(p.first, 60_000n, QUARTER - 1n);
    await p.nft.connect(p.oracle).applyWeights(MINER, 60_000n, [p.first], [7n]);
    expect(await p.nft.weightOf(p.first)).to.equal(7n);
  });

  it("is undone by the report of a later frame only", async () => {
    const p = await pair();
    await attest(p, p.first, QUARTER);
    await p.nft.connect(p.oracle).lowerWeight(p.first, 60_000n, 7n);
    await p.nft.connect(p.oracle).applyWeights(MINER, 60_000n, [p.first, p.second], [QUARTER, 5n]);
    expect(await p.nft.weightOf(p.first)).to.equal(7n);
    await expect(p.nft.connect(p.oracle).applyWeights(MINER, 60_000n, [p.first], [QUARTER]))
      .to.be.revertedWithCustomError(p.nft, "StaleFrame")
      .withArgs(MINER, 60_000n);
    await p.nft.connect(p.oracle).applyWeights(MINER, 60_001n, [p.first], [QUARTER]);
    expect(await p.nft.weightOf(p.first)).to.equal(QUARTER);
  });

  it("refuses what does not lower, and an NFT that has expired", async () => {
    const p = await pair();
    await attest(p, p.first, QUARTER);
    await expect(p.nft.connect(p.oracle).lowerWeight(p.first, 60_000n, QUARTER))
      .to.be.revertedWithCustomError(p.nft, "NothingToLower")
      .withArgs(p.first, QUARTER, QUARTER);
    await p.fil.mineTo(await p.nft.expiryOf(p.first));
    await expect(p.nft.connect(p.oracle).lowerWeight(p.first, 60_000n, 1n)).to.be.revertedWithCustomError(
      p.nft,
      "NothingToLower",
    );
  });
});

describe("PowerNFT.applyWeights limits rises", () => {
  it("to the miner's power on chain (R-ORC-2)", async () => {
    const p = await pair();
    await p.fil.setClaim(MINER, 100n * GiB, 100n * GiB);
    await expect(apply(p, [p.first, p.second], [60n * GiB, 60n * GiB]))
      .to.emit(p.nft, "RiseLimited")
      .withArgs(p.second, MINER, 60n * GiB, 40n * GiB);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(100n * GiB);
  });

  it("to the power of this moment, not to that of a sync in the same epoch (R-ORC-2)", async () => {
    const p = await pair();
    const answers = (await interceptActors()).connect(p.oracle);
    const fallen = encodeCbor([bigIntBytes(10n * GiB), bigIntBytes(10n * GiB)]);
    await inOneEpoch([
      () => p.nft.connect(p.oracle).sync(MINER),
      () => answers.give(POWER_ACTOR, MINER_POWER, 0n, fallen),
      () => apply(p, [p.first], [60n * GiB]),
    ]);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(10n * GiB);
  });

  it("again when there is room, by the same report", async () => {
    const p = await pair();
    await p.fil.setClaim(MINER, 0n, 0n);
    await p.nft.connect(p.oracle).applyWeights(MINER, 50_000n, [p.first], [QUARTER]);
    expect(await p.nft.weightOf(p.first)).to.equal(0n);
    await p.fil.setClaim(MINER, QAP, QAP);
    await p.nft.connect(p.oracle).applyWeights(MINER, 50_000n, [p.first], [QUARTER]);
    expect(await p.nft.weightOf(p.first)).to.equal(QUARTER);
  });

  it("to nothing when the miner's power has fallen below what is attested", async () => {
    const p = await pair();
    await attest(p, p.first, 60n * GiB);
    await p.fil.setClaim(MINER, 50n * GiB, 50n * GiB);
    await expect(apply(p, [p.second], [60n * GiB]))
      .to.emit(p.nft, "RiseLimited")
      .withArgs(p.second, MINER, 60n * GiB, 0n);
    expect(await p.nft.weightOf(p.first)).to.equal(60n * GiB);
    expect((await p.nft.powerOf(p.second)).attestedAt).to.equal(0n);
  });

  it("to the room that falls of the same report make, in whatever order", async () => {
    const p = await pair();
    await apply(p, [p.first, p.second], [0n, QUARTER]);
    await p.fil.setClaim(MINER, QUARTER, QUARTER);
    await expect(apply(p, [p.first, p.second], [QUARTER, 0n])).not.to.emit(p.nft, "RiseLimited");
    expect(await p.nft.weightOf(p.first)).to.equal(QUARTER);
  });

  it("and still applies the falls (R-ORC-2)", async () => {
    const p = await pair();
    await apply(p, [p.first, p.second], [60n * GiB, 10n * GiB]);
    await p.fil.setClaim(MINER, 0n, 0n);
    await apply(p, [p.first, p.second], [50n * GiB, 20n * GiB]);
    expect(await p.nft.weightOf(p.first)).to.equal(50n * GiB);
    expect(await p.nft.weightOf(p.second)).to.equal(10n * GiB);
  });
});

describe("PowerNFT.applyWeights refuses", () => {
  it("ids that do not ascend", async () => {
    const p = await pair();
    await expect(apply(p, [p.second, p.first], [1n, 1n]))
      .to.be.revertedWithCustomError(p.nft, "NotAscending")
      .withArgs(p.second, p.first);
    await expect(apply(p, [p.first, p.first], [1n, 1n]))
      .to.be.revertedWithCustomError(p.nft, "NotAscending")
      .withArgs(p.first, p.first);
  });

  it("lists of different lengths", async () => {
    const p = await pair();
    await expect(apply(p, [p.first], [1n, 1n]))
      .to.be.revertedWithCustomError(p.nft, "LengthMismatch")
      .withArgs(1n, 2n);
  });

  it("an id that was never minted", async () => {
    const p = await pair();
    for (const id of [0n, 99n]) {
      await expect(apply(p, [id], [1n]))
        .to.be.revertedWithCustomError(p.nft, "UnknownNFT")
        .withArgs(id);
    }
  });

  it("an NFT of another miner", async () => {
    const p = await pair();
    const vault = await addMiner(p, { id: 1_001n, owner: OWNER });
    await enrol(p, 1_001n, OWNER, vault);
    await expect(applyWeights(p, 1_001n, [p.first], [1n]))
      .to.be.revertedWithCustomError(p.nft, "WrongMiner")
      .withArgs(p.first, MINER, 1_001n);
  });

  it("a weight above nominal power (R-NFT-3)", async () => {
    const p = await pair();
    await expect(apply(p, [p.first], [QUARTER + 1n]))
      .to.be.revertedWithCustomError(p.nft, "WeightAboveNominal")
      .withArgs(p.first, QUARTER + 1n, QUARTER);
  });

  it("everybody but the oracle's contract (R-NFT-3)", async () => {
    const p = await earning();
    for (const caller of [p.stranger, p.provider, p.governance, p.guardian, p.attestor]) {
      await expect(applyWeights(p, MINER, [p.id], [0n], caller))
        .to.be.revertedWithCustomError(p.nft, "NotOracle")
        .withArgs(caller.address);
      await expect(p.nft.connect(caller).lowerWeight(p.id, 9_999n, 0n))
        .to.be.revertedWithCustomError(p.nft, "NotOracle")
        .withArgs(caller.address);
    }
  });

  it("a page of NFTs that later reports have spoken of, and passes over single ones", async () => {
    const p = await pair();
    await p.nft.connect(p.oracle).applyWeights(MINER, 50_000n, [p.first], [5n]);
    await expect(p.nft.connect(p.oracle).applyWeights(MINER, 50_000n, [p.first], [4n]))
      .to.be.revertedWithCustomError(p.nft, "StaleFrame")
      .withArgs(MINER, 50_000n);
    await p.nft.connect(p.oracle).applyWeights(MINER, 49_999n, [p.first, p.second], [4n, 3n]);
    expect(await p.nft.weightOf(p.first)).to.equal(5n);
    expect(await p.nft.weightOf(p.second)).to.equal(3n);
  });
});
