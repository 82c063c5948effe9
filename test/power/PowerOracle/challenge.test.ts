import { expect } from "chai";

import type { ReportPage } from "../../../lib/protocol/report.ts";
import { GET_NOMINAL_SECTOR_EXPIRATION, interceptActors } from "../../support/answers.ts";
import { type Range, earn, mint } from "../../support/nft.ts";
import { Proof, applyPage, frameNow, nextFrame, placeOf, report } from "../../support/oracle.ts";
import { type Enrolled, MINER, QAP, enrolled } from "../../support/protocol.ts";
import { decodeCbor, encodeCbor } from "../../filecoin/cbor.ts";
import { FIL } from "../../filecoin/index.ts";

const NOMINAL = QAP / 10n;

const VALIDATE_SECTOR_STATUS = 3092458564n;
/** Where a sector is that lies in no partition any more. */
const NOWHERE = encodeCbor([-1n, -1n]);

/** Mints an NFT of these sectors and attests it in full. */
async function attestedNft(p: Enrolled, sectors: Range[], nominalPower: bigint): Promise<bigint> {
  const id = await mint(p, { sectors, nominalPower });
  const page = pageOf(id, nominalPower);
  await applyPage(p, await report(p, await frameNow(p), [page]), page);
  return id;
}

const pageOf = (id: bigint, weight: bigint): ReportPage => ({ minerId: MINER, ids: [id], weights: [weight] });

/** An NFT of sectors 10 to 19, attested in full. */
async function attested() {
  const p = await enrolled();
  const id = await attestedNft(p, [{ start: 10n, count: 10n }], NOMINAL);
  return { ...p, id, page: pageOf(id, NOMINAL) };
}

/** Terminates a sector and removes it from its partition. */
async function forget(p: Enrolled, sector: bigint): Promise<void> {
  await p.fil.terminateSectors(MINER, [sector]);
  const [deadline, partition] = decodeCbor(await placeOf(p, MINER, sector)) as [bigint, bigint];
  await p.fil.setEarlyTerminations(MINER, false);
  await p.fil.compactPartition(MINER, deadline, partition);
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

  it("lowers a weight by a sector that the chain has forgotten, wherever it was", async () => {
    const p = await attested();
    await forget(p, 10n);
    await p.powerOracle.challenge(p.id, [10n], [Proof.Dead], [NOWHERE]);
    expect(await p.nft.weightOf(p.id)).to.equal((NOMINAL * 9n) / 10n);
  });

  it("lowers a weight by a sector whose expiration the chain does not know any more (exit code 17)", async () => {
    const p = await attested();
    await forget(p, 10n);
    await p.powerOracle.challenge(p.id, [10n], [Proof.Expiration], ["0x"]);
    expect(await p.nft.weightOf(p.id)).to.equal((NOMINAL * 9n) / 10n);
  });

  it("lowers a weight by a sector that ends before the NFT, not by one that ends with it", async () => {
    const p = await attested();
    const answers = await interceptActors();
    const expiry = await p.nft.expiryOf(p.id);
    await answers.give(MINER, GET_NOMINAL_SECTOR_EXPIRATION, 0n, encodeCbor(expiry));
    await expect(p.powerOracle.challenge(p.id, [10n], [Proof.Expiration], ["0x"]))
      .to.be.revertedWithCustomError(p.powerOracle, "NotProven")
      .withArgs(MINER, 10n, Proof.Expiration);
    await answers.give(MINER, GET_NOMINAL_SECTOR_EXPIRATION, 0n, encodeCbor(expiry - 1n));
    await p.powerOracle.challenge(p.id, [10n], [Proof.Expiration], ["0x"]);
    expect(await p.nft.weightOf(p.id)).to.equal((NOMINAL * 9n) / 10n);
  });

  it("lowers to nothing when nothing is left, and rounds down", async () => {
    const p = await enrolled();
    const id = await attestedNft(p, [{ start: 10n, count: 3n }], 100n);
    await p.fil.declareFaults(MINER, [10n, 11n, 12n]);
    const aux = await Promise.all([10n, 11n, 12n].map((sector) => placeOf(p, MINER, sector)));
    await p.powerOracle.challenge(id, [12n], [Proof.Faulty], aux.slice(2));
    expect(await p.nft.weightOf(id)).to.equal(66n);
    await p.powerOracle.challenge(id, [10n, 11n, 12n], [Proof.Faulty, Proof.Faulty, Proof.Faulty], aux);
    expect(await p.nft.weightOf(id)).to.equal(0n);
  });

  it("takes sectors of several runs, each proven in its own way", async () => {
    const p = await enrolled();
    const runs = [10n, 20n, 30n].map((start) => ({ start, count: 2n }));
    const id = await attestedNft(p, runs, NOMINAL);
    await p.fil.declareFaults(MINER, [11n]);
    await p.fil.terminateSectors(MINER, [30n]);
    const aux = [await placeOf(p, MINER, 11n), await placeOf(p, MINER, 30n)];
    await p.powerOracle.challenge(id, [11n, 30n], [Proof.Faulty, Proof.Dead], aux);
    expect(await p.nft.weightOf(id)).to.equal((NOMINAL * 4n) / 6n);
    await expect(p.powerOracle.challenge(id, [12n], [Proof.Faulty], ["0x"]))
      .to.be.revertedWithCustomError(p.powerOracle, "ForeignSector")
      .withArgs(id, 12n);
  });

  it("does not add up: other sectors in a second challenge prove no more than the first", async () => {
    const p = await attested();
    await p.fil.declareFaults(MINER, [11n, 14n]);
    await p.powerOracle.challenge(p.id, [11n], [Proof.Faulty], [await placeOf(p, MINER, 11n)]);
    await expect(p.powerOracle.challenge(p.id, [14n], [Proof.Faulty], [await placeOf(p, MINER, 14n)]))
      .to.be.revertedWithCustomError(p.nft, "NothingToLower")
      .withArgs(p.id, (NOMINAL * 9n) / 10n, (NOMINAL * 9n) / 10n);
  });

  it("confirms a fall that one report has said, so that guarantees need not wait for the next (R-ORC-3)", async () => {
    const p = await attested();
    await p.fil.declareFaults(MINER, [11n, 14n]);
    const page: ReportPage = { ...p.page, weights: [(NOMINAL * 8n) / 10n] };
    await applyPage(p, await report(p, await nextFrame(p), [page]), page);
    const aux = [await placeOf(p, MINER, 11n), await placeOf(p, MINER, 14n)];
    await expect(p.powerOracle.challenge(p.id, [11n, 14n], [Proof.Faulty, Proof.Faulty], aux))
      .to.emit(p.powerOracle, "Challenged")
      .withArgs(p.id, p.deployer.address, 2n, (NOMINAL * 8n) / 10n);
    const [last, previous] = await p.nft.attestedWeightsOf(p.id);
    expect([last, previous]).to.deep.equal([(NOMINAL * 8n) / 10n, (NOMINAL * 8n) / 10n]);
  });

  it("cannot be used to dodge the report of the same frame: its falls still apply (R-ORC-2)", async () => {
    const p = await attested();
    await p.fil.declareFaults(MINER, [11n, 12n, 13n, 14n]);
    const frame = await nextFrame(p);
    await p.powerOracle.connect(p.provider).challenge(p.id, [11n], [Proof.Faulty], [await placeOf(p, MINER, 11n)]);
    const page: ReportPage = { ...p.page, weights: [(NOMINAL * 6n) / 10n] };
    await applyPage(p, await report(p, frame, [page]), page);
    expect(await p.nft.weightOf(p.id)).to.equal((NOMINAL * 6n) / 10n);
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

  it("says what the miner actor said where it gives no answer", async () => {
    const p = await attested();
    await p.fil.declareFaults(MINER, [11n]);
    await expect(p.powerOracle.challenge(p.id, [11n], [Proof.Faulty], [NOWHERE]))
      .to.be.revertedWithCustomError(p.powerOracle, "ActorError")
      .withArgs(MINER, VALIDATE_SECTOR_STATUS, 17n);
    await (await interceptActors()).give(MINER, GET_NOMINAL_SECTOR_EXPIRATION, 20n, "0x");
    await expect(p.powerOracle.challenge(p.id, [11n], [Proof.Expiration], ["0x"]))
      .to.be.revertedWithCustomError(p.powerOracle, "ActorError")
      .withArgs(MINER, GET_NOMINAL_SECTOR_EXPIRATION, 20n);
  });

  it("refuses an NFT that has expired, and one that is not there", async () => {
    const p = await attested();
    await p.fil.declareFaults(MINER, [11n]);
    const aux = await placeOf(p, MINER, 11n);
    await p.fil.mineTo(await p.nft.expiryOf(p.id));
    await expect(p.powerOracle.challenge(p.id, [11n], [Proof.Faulty], [aux]))
      .to.be.revertedWithCustomError(p.nft, "NothingToLower")
      .withArgs(p.id, NOMINAL, (NOMINAL * 9n) / 10n);
    await expect(p.powerOracle.challenge(99n, [11n], [Proof.Faulty], [aux]))
      .to.be.revertedWithCustomError(p.nft, "UnknownNFT")
      .withArgs(99n);
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
    for (const [sectors, proofs, aux] of [
      [[], [], []],
      [[11n], [Proof.Faulty], []],
      [[11n], [], ["0x"]],
    ] as [bigint[], bigint[], string[]][]) {
      await expect(p.powerOracle.challenge(p.id, sectors, proofs, aux))
        .to.be.revertedWithCustomError(p.powerOracle, "BadLengths")
        .withArgs(BigInt(sectors.length), BigInt(proofs.length), BigInt(aux.length));
    }
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
