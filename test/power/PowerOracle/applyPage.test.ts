import { expect } from "chai";

import type { ReportPage, ReportSkip } from "../../../lib/protocol/report.ts";
import { mint } from "../../support/nft.ts";
import { applyPage, frameNow, nextFrame, report } from "../../support/oracle.ts";
import { MINER, QAP, enrolled } from "../../support/protocol.ts";

const QUARTER = QAP / 4n;
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

  it("hashes leaves as the contract does", async () => {
    const p = await reported();
    const [page] = p.pages;
    const proof = p.tree.proofOf(page);
    expect(proof.length).to.be.greaterThan(0);
    expect(await p.powerOracle.leafOf(p.frame, page.minerId, [...page.ids], [...page.weights])).to.be.a("string");
    await p.powerOracle.announceSkip(p.frame, SKIPPED.minerId, SKIPPED.reason, p.tree.proofOf(SKIPPED));
  });

  it("refuses what is not in the report: another weight, another frame, another page's proof", async () => {
    const p = await reported();
    const [page, other] = p.pages;
    const oracle = p.powerOracle.connect(p.stranger);
    const proof = p.tree.proofOf(page);
    await expect(oracle.applyPage(p.frame, MINER, [p.first], [QUARTER - 1n], proof)).to.be.revertedWithCustomError(
      p.powerOracle,
      "NotInReport",
    );
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

  it("lets an older report that waits speak of an NFT that the later one has not spoken of", async () => {
    const p = await reported();
    const later = await nextFrame(p);
    const page: ReportPage = { minerId: MINER, ids: [p.first], weights: [5n] };
    const tree = await report(p, later, [page]);
    await applyPage(p, tree, page);
    await expect(applyPage(p, p.tree, p.pages[0])).to.be.revertedWithCustomError(p.nft, "StaleFrame");
    await applyPage(p, p.tree, p.pages[1]);
    expect(await p.nft.weightOf(p.first)).to.equal(5n);
    expect(await p.nft.weightOf(p.second)).to.equal(QUARTER / 2n);
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
    await expect(
      p.powerOracle.announceSkip(p.frame, MINER, SKIPPED.reason, p.tree.proofOf(SKIPPED)),
    ).to.be.revertedWithCustomError(p.powerOracle, "NotInReport");
  });
});
