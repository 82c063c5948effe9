import { expect } from "chai";

import type { ReportPage } from "../../../lib/protocol/report.ts";
import { earn, mint } from "../../support/nft.ts";
import { Proof, applyPage, frameNow, nextFrame, placeOf, report } from "../../support/oracle.ts";
import { MINER, QAP, enrolled } from "../../support/protocol.ts";
import { FIL } from "../../filecoin/index.ts";

const NOMINAL = QAP / 10n;

/** An NFT of sectors 10 to 19, attested in full. */
async function attested() {
  const p = await enrolled();
  const id = await mint(p, { sectors: [{ start: 10n, count: 10n }], nominalPower: NOMINAL });
  const page: ReportPage = { minerId: MINER, ids: [id], weights: [NOMINAL] };
  const frame = await frameNow(p);
  const tree = await report(p, frame, [page]);
  await applyPage(p, tree, page);
  return { ...p, id, page };
}

describe("PowerOracle.challenge (R-ORC-4)", () => {
  it("lowers a weight by sectors that the chain says are faulty", async () => {
    const p = await attested();
    await p.fil.declareFaults(MINER, [11n, 14n]);
    const aux = [await placeOf(p, MINER, 11n), await placeOf(p, MINER, 14n)];
    await expect(p.powerOracle.connect(p.stranger).challenge(p.id, [11n, 14n], [Proof.Faulty, Proof.Faulty], aux))
      .to.emit(p.powerOracle, "Challenged")
      .withArgs(p.id, p.stranger.address, 2n, (NOMINAL * 8n) / 10n);
    expect(await p.nft.weightOf(p.id)).to.equal((NOMINAL * 8n) / 10n);
  });

  it("lowers a weight by a sector that is dead", async () => {
    const p = await attested();
    await p.fil.terminateSectors(MINER, [10n, 12n]);
    const aux = await placeOf(p, MINER, 10n);
    await p.powerOracle.challenge(p.id, [10n], [Proof.Dead], [aux]);
    expect(await p.nft.weightOf(p.id)).to.equal((NOMINAL * 9n) / 10n);
  });

  it("sets both of the last two weights, so that guarantees follow at once (R-ORC-3)", async () => {
    const p = await attested();
    await p.fil.declareFaults(MINER, [11n]);
    await p.powerOracle.challenge(p.id, [11n], [Proof.Faulty], [await placeOf(p, MINER, 11n)]);
    const [last, previous] = await p.nft.attestedWeightsOf(p.id);
    expect([last, previous]).to.deep.equal([(NOMINAL * 9n) / 10n, (NOMINAL * 9n) / 10n]);
  });

  it("changes nothing of what was earned", async () => {
    const p = await attested();
    await earn(p, MINER, FIL(40));
    const before = await p.nft.earnedOf(p.id);
    await p.fil.declareFaults(MINER, [11n]);
    await p.powerOracle.challenge(p.id, [11n], [Proof.Faulty], [await placeOf(p, MINER, 11n)]);
    expect(await p.nft.earnedOf(p.id)).to.equal(before);
  });

  it("is restored by the report of the next frame, not by one of this frame", async () => {
    const p = await attested();
    await p.fil.declareFaults(MINER, [11n]);
    const frame = await nextFrame(p);
    await p.powerOracle.challenge(p.id, [11n], [Proof.Faulty], [await placeOf(p, MINER, 11n)]);
    const early = await report(p, frame, [p.page]);
    await expect(applyPage(p, early, p.page)).to.be.revertedWithCustomError(p.nft, "StaleFrame");
    const late = await report(p, await nextFrame(p), [p.page]);
    await applyPage(p, late, p.page);
    expect(await p.nft.weightOf(p.id)).to.equal(NOMINAL);
  });

  it("refuses a sector that is active, whatever is said of it", async () => {
    const p = await attested();
    const aux = await placeOf(p, MINER, 11n);
    for (const proof of [Proof.Dead, Proof.Active, Proof.Faulty]) {
      await expect(p.powerOracle.challenge(p.id, [11n], [proof], [aux]))
        .to.be.revertedWithCustomError(p.powerOracle, "NotProven")
        .withArgs(MINER, 11n, proof);
    }
    await expect(p.powerOracle.challenge(p.id, [11n], [Proof.Expiration], ["0x"]))
      .to.be.revertedWithCustomError(p.powerOracle, "NotProven")
      .withArgs(MINER, 11n, Proof.Expiration);
  });

  it("refuses sectors that are not the NFT's, in whatever place they stand", async () => {
    const p = await attested();
    for (const sector of [9n, 20n, 99n]) {
      await expect(p.powerOracle.challenge(p.id, [sector], [Proof.Faulty], ["0x"]))
        .to.be.revertedWithCustomError(p.powerOracle, "ForeignSector")
        .withArgs(p.id, sector);
    }
  });

  it("refuses a sector twice, and an order that does not ascend", async () => {
    const p = await attested();
    for (const [a, b] of [
      [11n, 11n],
      [12n, 11n],
    ] as const) {
      await expect(p.powerOracle.challenge(p.id, [a, b], [Proof.Faulty, Proof.Faulty], ["0x", "0x"]))
        .to.be.revertedWithCustomError(p.powerOracle, "SectorsNotAscending")
        .withArgs(a, b);
    }
  });

  it("refuses lists that do not fit, or are empty", async () => {
    const p = await attested();
    await expect(p.powerOracle.challenge(p.id, [], [], [])).to.be.revertedWithCustomError(p.powerOracle, "BadLengths");
    await expect(p.powerOracle.challenge(p.id, [11n], [Proof.Faulty], []))
      .to.be.revertedWithCustomError(p.powerOracle, "BadLengths")
      .withArgs(1n, 1n, 0n);
  });

  it("refuses an NFT that was never attested", async () => {
    const p = await enrolled();
    const id = await mint(p, { sectors: [{ start: 10n, count: 10n }], nominalPower: NOMINAL });
    await expect(p.powerOracle.challenge(id, [11n], [Proof.Faulty], ["0x"]))
      .to.be.revertedWithCustomError(p.powerOracle, "NotAttested")
      .withArgs(id);
  });

  it("refuses to raise a weight that is lower already", async () => {
    const p = await attested();
    await p.fil.declareFaults(MINER, [11n, 12n]);
    const aux = [await placeOf(p, MINER, 11n), await placeOf(p, MINER, 12n)];
    await p.powerOracle.challenge(p.id, [11n, 12n], [Proof.Faulty, Proof.Faulty], aux);
    await expect(p.powerOracle.challenge(p.id, [11n], [Proof.Faulty], aux.slice(0, 1)))
      .to.be.revertedWithCustomError(p.nft, "NothingToLower")
      .withArgs(p.id, (NOMINAL * 8n) / 10n, (NOMINAL * 9n) / 10n);
  });
});
