import { expect } from "chai";

import { type ReportPage, type ReportSkip, leafOf } from "../../../lib/protocol/report.ts";
import { FIL } from "../../filecoin/index.ts";
import { earn, mint } from "../../support/nft.ts";
import { applyPage, frameNow, nextFrame, report } from "../../support/oracle.ts";
import { MINER, OWNER, QAP, SECTOR_SIZE, addMiner, enrol, enrolled } from "../../support/protocol.ts";

const QUARTER = QAP / 4n;
const OTHER = 1_001n;
const SKIPPED: ReportSkip = { minerId: 1_001n, reason: "power differs from the claim" };

/** Two NFTs, and a report on both of them in a page each. */
async function reported() {
  const p = await enrolled();
  const first = await mint(p, { sectors: [{ start: 0n, count: 25n }], nominalPower: QUARTER });
  const second = await mint(p, { sectors: [{ start: 25n, count: 25n }], nominalPower: QUARTER });
  const pages: [ReportPage, ReportPage] = [
    { minerId: MINER, ids: [first], weights: [QUARTER] },
    { minerId: MINER, ids: [second], weights: [QUARTER / 2n] },
  ];
  const frame = await frameNow(p);
  const tree = await report(p, frame, [...pages, SKIPPED]);
  return { ...p, first, second, pages, frame, tree };
}

describe("PowerOracle.applyPage", () => {
  it("applies each page of an agreed report by itself, for anybody (R-ORC-2)", async () => {
    const p = await reported();
    await expect(applyPage(p, p.tree, p.pages[1]))
      .to.emit(p.powerOracle, "Applied")
      .withArgs(p.frame, MINER, p.second, p.second);
    expect(await p.nft.weightOf(p.first)).to.equal(0n);
    expect(await p.nft.weightOf(p.second)).to.equal(QUARTER / 2n);
    await applyPage(p, p.tree, p.pages[0], p.holder);
    expect(await p.nft.attestedWeightsOf(p.first)).to.deep.equal([QUARTER, 0n, BigInt(p.frame)]);
  });

  it("hashes leaves as the library of the attestors does", async () => {
    const p = await reported();
    const [page] = p.pages;
    expect(await p.powerOracle.leafOf(p.frame, page.minerId, [...page.ids], [...page.weights])).to.equal(
      leafOf(p.frame, page),
    );
    expect(await p.powerOracle.skippedLeafOf(p.frame, SKIPPED.minerId, SKIPPED.reason)).to.equal(
      leafOf(p.frame, SKIPPED),
    );
  });

  it("refuses what is not in the report: another weight, another frame, another page's proof", async () => {
    const p = await reported();
    const [page, other] = p.pages;
    const oracle = p.powerOracle.connect(p.stranger);
    const proof = p.tree.proofOf(page);
    await expect(oracle.applyPage(p.frame, MINER, [p.first], [QUARTER - 1n], proof))
      .to.be.revertedWithCustomError(p.powerOracle, "NotInReport")
      .withArgs(p.frame, leafOf(p.frame, { ...page, weights: [QUARTER - 1n] }));
    await expect(
      oracle.applyPage(p.frame, MINER, [...page.ids], [...page.weights], p.tree.proofOf(other)),
    ).to.be.revertedWithCustomError(p.powerOracle, "NotInReport");
    await expect(oracle.applyPage(p.frame - 1, MINER, [...page.ids], [...page.weights], proof))
      .to.be.revertedWithCustomError(p.powerOracle, "NoReport")
      .withArgs(p.frame - 1);
  });

  it("refuses to apply a page again", async () => {
    const p = await reported();
    await applyPage(p, p.tree, p.pages[0]);
    await expect(applyPage(p, p.tree, p.pages[0]))
      .to.be.revertedWithCustomError(p.nft, "StaleFrame")
      .withArgs(MINER, p.frame);
  });

  it("refuses a report once it is too old, so that no new NFT becomes active by it (R-ORC-6)", async () => {
    const p = await reported();
    for (let i = 0; i < 3; i++) await nextFrame(p);
    await applyPage(p, p.tree, p.pages[0]);
    const now = await nextFrame(p);
    await expect(applyPage(p, p.tree, p.pages[1]))
      .to.be.revertedWithCustomError(p.powerOracle, "FrameTooOld")
      .withArgs(p.frame, now - 3);
    expect(await p.nft.weightOf(p.first)).to.equal(QUARTER);
  });

  it("refuses a page of more than 100 NFTs", async () => {
    const p = await reported();
    const ids = Array.from({ length: 101 }, (_, i) => BigInt(i + 1));
    await expect(
      p.powerOracle.applyPage(
        p.frame,
        MINER,
        ids,
        ids.map(() => 1n),
        [],
      ),
    )
      .to.be.revertedWithCustomError(p.powerOracle, "PageTooLong")
      .withArgs(101n, 100n);
  });

  it("refuses an older report as soon as there is a later one, so that nobody chooses among days (R-ORC-1)", async () => {
    const p = await reported();
    const later = await nextFrame(p);
    await report(p, later, [SKIPPED]);
    await expect(applyPage(p, p.tree, p.pages[0]))
      .to.be.revertedWithCustomError(p.powerOracle, "FrameOver")
      .withArgs(p.frame, later);
  });

  it("activates no new NFT while there is no report for three frames; old ones go on (R-ORC-6)", async () => {
    const p = await reported();
    await applyPage(p, p.tree, p.pages[0]);
    for (let i = 0; i < 4; i++) await nextFrame(p);
    expect(await p.powerOracle.isStale()).to.equal(true);
    await expect(applyPage(p, p.tree, p.pages[1])).to.be.revertedWithCustomError(p.powerOracle, "FrameTooOld");
    await earn(p, MINER, FIL(40));
    expect(await p.nft.earnedOf(p.first)).to.be.closeTo(FIL(10), 1_000n);
    expect(await p.nft.earnedOf(p.second)).to.equal(0n);

    const tree = await report(p, await frameNow(p), p.pages);
    await applyPage(p, tree, p.pages[1]);
    expect(await p.nft.weightOf(p.second)).to.equal(QUARTER / 2n);
  });

  it("passes over an NFT that has expired (R-ORC-2)", async () => {
    const p = await reported();
    await applyPage(p, p.tree, p.pages[0]);
    await p.fil.mineTo(await p.nft.expiryOf(p.first));
    const page: ReportPage = { minerId: MINER, ids: [p.first, p.second], weights: [1n, 1n] };
    const tree = await report(p, await frameNow(p), [page]);
    await expect(applyPage(p, tree, page)).not.to.emit(p.nft, "WeightSet");
  });

  it("refuses by name what no page may say, and applies the report's other pages (R-ORC-2)", async () => {
    const p = await enrolled();
    await enrol(p, OTHER, OWNER, await addMiner(p, { id: OTHER, owner: OWNER }));
    const first = await mint(p, { sectors: [{ start: 0n, count: 25n }], nominalPower: QUARTER });
    const good: ReportPage = { minerId: MINER, ids: [first], weights: [7n] };
    const bad: [ReportPage, string, unknown[]][] = [
      [{ minerId: MINER, ids: [first, first], weights: [1n, 1n] }, "NotAscending", [first, first]],
      [{ minerId: OTHER, ids: [first], weights: [1n] }, "WrongMiner", [first, MINER, OTHER]],
      [{ minerId: MINER, ids: [first, 99n], weights: [1n, 1n] }, "UnknownNFT", [99n]],
      [{ minerId: MINER, ids: [first], weights: [QUARTER + 1n] }, "WeightAboveNominal", [first, QUARTER + 1n, QUARTER]],
      [{ minerId: MINER, ids: [first], weights: [1n, 2n] }, "LengthMismatch", [1n, 2n]],
    ];
    const tree = await report(p, await frameNow(p), [good, ...bad.map(([page]) => page)]);
    for (const [page, error, args] of bad) {
      await expect(applyPage(p, tree, page))
        .to.be.revertedWithCustomError(p.nft, error)
        .withArgs(...args);
    }
    await applyPage(p, tree, good);
    expect(await p.nft.weightOf(first)).to.equal(7n);
  });

  it("takes a page of 100 NFTs, and one of none, which changes nothing", async () => {
    const p = await enrolled();
    const first = await mint(p, { sectors: [{ start: 0n, count: 1n }], nominalPower: SECTOR_SIZE });
    for (let i = 1n; i < 100n; i++) {
      await mint(p, { sectors: [{ start: i, count: 1n }], nominalPower: SECTOR_SIZE });
    }
    const ids = Array.from({ length: 100 }, (_, i) => first + BigInt(i));
    const page: ReportPage = { minerId: MINER, ids, weights: ids.map(() => SECTOR_SIZE) };
    const empty: ReportPage = { minerId: MINER, ids: [], weights: [] };
    const tree = await report(p, await frameNow(p), [page, empty]);
    await expect(applyPage(p, tree, empty)).not.to.emit(p.powerOracle, "Applied");
    await applyPage(p, tree, page);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(QAP);
  });
});

describe("PowerOracle.announceSkip", () => {
  it("says why a miner could not be computed, and changes nothing", async () => {
    const p = await reported();
    await expect(p.powerOracle.announceSkip(p.frame, SKIPPED.minerId, SKIPPED.reason, p.tree.proofOf(SKIPPED)))
      .to.emit(p.powerOracle, "Skipped")
      .withArgs(p.frame, SKIPPED.minerId, SKIPPED.reason);
  });

  it("refuses a skip that the report does not contain", async () => {
    const p = await reported();
    const leaf = await p.powerOracle.skippedLeafOf(p.frame, MINER, SKIPPED.reason);
    await expect(p.powerOracle.announceSkip(p.frame, MINER, SKIPPED.reason, p.tree.proofOf(SKIPPED)))
      .to.be.revertedWithCustomError(p.powerOracle, "NotInReport")
      .withArgs(p.frame, leaf);
  });
});
