import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { bigIntBytes, encodeCbor, idBytes } from "../../filecoin/cbor.ts";
import { FIL, maskedAddress } from "../../filecoin/index.ts";
import { GET_BENEFICIARY, interceptActors } from "../../support/answers.ts";
import { QUOTA, proposeOwner } from "../../support/beneficiary.ts";
import { changeParameter } from "../../support/governance.ts";
import { invocation, ownerChange, sendAsMultisig } from "../../support/multisig.ts";
import { type Request, attest, expiryAfter, mint, requestOf } from "../../support/nft.ts";
import { MINER, OWNER, type Enrolled, addMiner, enrol, enrolled, senderOf } from "../../support/protocol.ts";
import { DAY, EXPIRY_GRID, GiB } from "../../support/units.ts";

const MAX_TERM = 5n * 365n * DAY;
const MAX_SECTORS = 65_536n;

/** A mint that is about to be sent. */
async function attempt(p: Enrolled, changes: Partial<Request>) {
  const request = await requestOf(p, changes);
  return p.nft.connect(p.provider).mint(request);
}

describe("PowerNFT.mint", () => {
  it("gives the NFT to whom the request names and says all of it (R-NFT-2)", async () => {
    const p = await enrolled();
    const sectors = [
      { start: 3n, count: 2n },
      { start: 90n, count: 1n },
    ];
    const request = await requestOf(p, { sectors, spFeeBps: 1_000n, royaltyBps: 250n });
    await expect(p.nft.connect(p.provider).mint(request))
      .to.emit(p.nft, "Minted")
      .withArgs(1n, MINER, p.holder.address, 320n * GiB, request.expiry, 1_000n, 0n, 250n, [
        [3n, 2n],
        [90n, 1n],
      ])
      .and.to.emit(p.nft, "Transfer")
      .withArgs(ZeroAddress, p.holder.address, 1n);
    expect(await p.nft.ownerOf(1n)).to.equal(p.holder.address);
  });

  it("writes down what the request says", async () => {
    const p = await enrolled();
    const request = await requestOf(p, { spFeeBps: 1_000n, royaltyBps: 250n, sectors: [{ start: 7n, count: 5n }] });
    await p.nft.connect(p.provider).mint(request);
    const power = await p.nft.powerOf(1n);
    const { minerId, nominalPower, weight, expiry, mintedAt, attestedAt, sectorCount } = power;
    expect([minerId, nominalPower, weight, expiry]).to.deep.equal([MINER, 320n * GiB, 0n, request.expiry]);
    expect([power.spFeeBps, power.protocolFeeBps, power.royaltyBps]).to.deep.equal([1_000n, 0n, 250n]);
    expect([mintedAt, attestedAt, sectorCount]).to.deep.equal([await p.fil.epoch(), 0n, 5n]);
    expect(await p.nft.sectorsOf(1n)).to.deep.equal([[7n, 5n]]);
    expect(await p.nft.nominalPowerOf(1n)).to.equal(320n * GiB);
    expect(await p.nft.expiryOf(1n)).to.equal(request.expiry);
  });

  it("counts ids from 1", async () => {
    const p = await enrolled();
    expect(await p.nft.minted()).to.equal(0n);
    expect(await mint(p)).to.equal(1n);
    expect(await mint(p, { sectors: [{ start: 10n, count: 1n }] })).to.equal(2n);
  });

  it("starts with weight 0 and one more living NFT (R-NFT-3)", async () => {
    const p = await enrolled();
    const id = await mint(p);
    expect(await p.nft.weightOf(id)).to.equal(0n);
    const { weight, living } = await p.nft.minerAccount(MINER);
    expect([weight, living]).to.deep.equal([0n, 1n]);
  });

  it("measures the miner's income first, which nobody of later shares (R-INC-5)", async () => {
    const p = await enrolled();
    await mint(p);
    await p.fil.award(MINER, FIL(8));
    const second = await mint(p, { sectors: [{ start: 10n, count: 1n }] });
    expect((await p.nft.minerAccount(MINER)).lastSync).to.equal(await p.fil.epoch());
    expect(await p.nft.earnedOf(second)).to.equal(0n);
  });

  it("calls no code of a receiver that is a native multisig (R-NFT-1)", async () => {
    const p = await enrolled();
    const multisig = await p.fil.createMultisig({ signers: [OWNER], threshold: 1n });
    const id = await mint(p, { to: maskedAddress(multisig) });
    expect(await p.nft.ownerOf(id)).to.equal((await senderOf(multisig)).address);
  });

  it("calls no code of a receiver that is a contract (R-NFT-1)", async () => {
    const p = await enrolled();
    const id = await mint(p, { to: await p.manager.getAddress() });
    expect(await p.nft.ownerOf(id)).to.equal(await p.manager.getAddress());
  });

  it("is refused for the masked id of an Ethereum account as receiver, which could never move it", async () => {
    const p = await enrolled();
    const masked = (await senderOf(await p.fil.registerEvm(p.buyer.address))).address;
    await expect(attempt(p, { to: masked }))
      .to.be.revertedWithCustomError(p.nft, "UseEthereumAddress")
      .withArgs(masked, p.buyer.address);
  });

  it("is refused for nobody as receiver", async () => {
    const p = await enrolled();
    await expect(attempt(p, { to: ZeroAddress }))
      .to.be.revertedWithCustomError(p.nft, "ERC721InvalidReceiver")
      .withArgs(ZeroAddress);
  });
});

describe("PowerNFT.mint refuses terms", () => {
  it("without power", async () => {
    const p = await enrolled();
    await expect(attempt(p, { nominalPower: 0n })).to.be.revertedWithCustomError(p.nft, "NoPower");
  });

  it("with a service fee above 30 %", async () => {
    const p = await enrolled();
    await expect(attempt(p, { spFeeBps: 3_001n }))
      .to.be.revertedWithCustomError(p.nft, "FeeTooHigh")
      .withArgs(3_001n, 3_000n);
    expect(await mint(p, { spFeeBps: 3_000n })).to.equal(1n);
  });

  it("with a royalty above 10 %", async () => {
    const p = await enrolled();
    await expect(attempt(p, { royaltyBps: 1_001n }))
      .to.be.revertedWithCustomError(p.nft, "FeeTooHigh")
      .withArgs(1_001n, 1_000n);
    expect(await mint(p, { royaltyBps: 1_000n })).to.equal(1n);
  });

  it("with a protocol fee above what the minter accepts (R-GOV-3)", async () => {
    const p = await enrolled();
    await changeParameter(p, p.nft.interface.encodeFunctionData("setProtocolFee", [100n]));
    await expect(attempt(p, { maxProtocolFeeBps: 99n }))
      .to.be.revertedWithCustomError(p.nft, "FeeTooHigh")
      .withArgs(100n, 99n);
    expect(await mint(p, { maxProtocolFeeBps: 100n })).to.equal(1n);
  });

  it("that end within 30 days", async () => {
    const p = await enrolled();
    const now = (await p.fil.epoch()) + 1n;
    const expiry = ((now + EXPIRY_GRID - 1n) / EXPIRY_GRID) * EXPIRY_GRID;
    await expect(attempt(p, { expiry }))
      .to.be.revertedWithCustomError(p.nft, "TermOutOfRange")
      .withArgs(expiry, now + EXPIRY_GRID, now + MAX_TERM);
  });

  it("that last longer than 5 years", async () => {
    const p = await enrolled();
    const now = (await p.fil.epoch()) + 1n;
    const expiry = expiryAfter(now, 5n * 365n);
    await expect(attempt(p, { expiry }))
      .to.be.revertedWithCustomError(p.nft, "TermOutOfRange")
      .withArgs(expiry, now + EXPIRY_GRID, now + MAX_TERM);
    expect(await mint(p, { expiry: expiry - EXPIRY_GRID })).to.equal(1n);
  });

  it("that end off the grid, and names the dates beside it (R-LED-5)", async () => {
    const p = await enrolled();
    const date = expiryAfter(await p.fil.epoch(), 100n);
    await expect(attempt(p, { expiry: date + 1n }))
      .to.be.revertedWithCustomError(p.nft, "ExpiryOffGrid")
      .withArgs(date + 1n, date, date + EXPIRY_GRID);
  });
});

describe("PowerNFT.mint refuses sectors", () => {
  it("when there are none", async () => {
    const p = await enrolled();
    await expect(attempt(p, { sectors: [] }))
      .to.be.revertedWithCustomError(p.nft, "SectorCountOutOfRange")
      .withArgs(0n, MAX_SECTORS);
  });

  it("when there are more than 65,536", async () => {
    const p = await enrolled();
    const sectors = [
      { start: 0n, count: MAX_SECTORS },
      { start: 70_000n, count: 1n },
    ];
    await expect(attempt(p, { sectors }))
      .to.be.revertedWithCustomError(p.nft, "SectorCountOutOfRange")
      .withArgs(MAX_SECTORS + 1n, MAX_SECTORS);
  });

  for (const [what, index, sectors] of [
    ["in an empty run", 0, [[5n, 0n]]],
    [
      "in runs that overlap",
      1,
      [
        [5n, 3n],
        [7n, 1n],
      ],
    ],
    [
      "in runs that are out of order",
      1,
      [
        [5n, 3n],
        [1n, 1n],
      ],
    ],
    ["beyond the largest sector number", 0, [[(1n << 63n) - 1n, 2n]]],
  ] as const) {
    it(what, async () => {
      const p = await enrolled();
      const ranges = sectors.map(([start, count]) => ({ start, count }));
      const bad = ranges[index];
      await expect(attempt(p, { sectors: ranges }))
        .to.be.revertedWithCustomError(p.nft, "BadSectorRange")
        .withArgs(index, bad?.start, bad?.count);
    });
  }

  it("that back another NFT, and names the first of them (R-NFT-2)", async () => {
    const p = await enrolled();
    await mint(p, { sectors: [{ start: 20n, count: 300n }] });
    await expect(attempt(p, { sectors: [{ start: 0n, count: 21n }] }))
      .to.be.revertedWithCustomError(p.nft, "SectorCommitted")
      .withArgs(MINER, 20n);
    await expect(attempt(p, { sectors: [{ start: 319n, count: 2n }] }))
      .to.be.revertedWithCustomError(p.nft, "SectorCommitted")
      .withArgs(MINER, 319n);
    expect(await mint(p, { sectors: [{ start: 320n, count: 1n }] })).to.equal(2n);
    const committed = await Promise.all(
      [19n, 20n, 255n, 256n, 319n, 320n, 321n].map((n) => p.nft.isCommitted(MINER, n)),
    );
    expect(committed).to.deep.equal([false, true, true, true, true, true, false]);
  });

  it("only of the same miner: numbers of another one are others", async () => {
    const p = await enrolled();
    await mint(p);
    const second = await addMiner(p, { id: 1_001n, owner: OWNER });
    await enrol(p, 1_001n, OWNER, second);
    expect(await mint(p, { minerId: 1_001n })).to.equal(2n);
  });
});

describe("PowerNFT.mint is for the storage provider alone", () => {
  it("and refuses a stranger", async () => {
    const p = await enrolled();
    await expect(mint(p, {}, p.stranger))
      .to.be.revertedWithCustomError(p.nft, "NotStorageProvider")
      .withArgs(MINER, p.stranger.address);
  });

  it("and takes a native multisig that owns the miner (R-VLT-3)", async () => {
    const p = await enrolled();
    const multisig = await p.fil.createMultisig({ signers: [OWNER], threshold: 1n });
    await proposeOwner(p.fil, MINER, OWNER, multisig);
    await sendAsMultisig(p.fil, multisig, [OWNER], ownerChange(MINER, multisig));
    const data = p.nft.interface.encodeFunctionData("mint", [await requestOf(p)]);
    await sendAsMultisig(p.fil, multisig, [OWNER], invocation(await p.nft.getAddress(), data));
    expect(await p.nft.ownerOf(1n)).to.equal(p.holder.address);
    await expect(mint(p, { sectors: [{ start: 50n, count: 1n }] })).to.be.revertedWithCustomError(
      p.nft,
      "NotStorageProvider",
    );
  });

  it("whose vault exists", async () => {
    const p = await enrolled();
    await p.fil.createMiner({ id: 1_001n, owner: OWNER, sectors: { count: 1n } });
    await expect(attempt(p, { minerId: 1_001n }))
      .to.be.revertedWithCustomError(p.nft, "VaultNotActive")
      .withArgs(1_001n);
  });

  it("whose vault's address holds code, not only FIL", async () => {
    const p = await enrolled();
    await p.fil.createMiner({ id: 1_001n, owner: OWNER, sectors: { count: 1n } });
    await p.fil.native({ from: OWNER, to: await p.registry.vaultOf(1_001n), value: FIL(1) });
    await expect(attempt(p, { minerId: 1_001n }))
      .to.be.revertedWithCustomError(p.nft, "VaultNotActive")
      .withArgs(1_001n);
  });

  it("whose vault is the beneficiary", async () => {
    const p = await enrolled();
    await addMiner(p, { id: 1_001n, owner: OWNER });
    await expect(attempt(p, { minerId: 1_001n }))
      .to.be.revertedWithCustomError(p.nft, "VaultNotActive")
      .withArgs(1_001n);
  });

  for (const [what, used, expiration] of [
    ["has not expired", 0n, 1n],
    ["has quota left", QUOTA, 100_000_000n],
  ] as const) {
    it(`whose vault's term ${what}`, async () => {
      const p = await enrolled();
      const vaultId = (await p.fil.idOf(await p.vault.getAddress())) ?? 0n;
      const actors = await interceptActors();
      const term = encodeCbor([[idBytes(vaultId), [bigIntBytes(QUOTA), bigIntBytes(used), expiration]], null]);
      await actors.give(MINER, GET_BENEFICIARY, 0n, term);
      await expect(attempt(p, {})).to.be.revertedWithCustomError(p.nft, "VaultNotActive").withArgs(MINER);
    });
  }
});

describe("A minted NFT", () => {
  it("keeps its fees for life (R-GOV-3)", async () => {
    const p = await enrolled();
    const id = await mint(p, { spFeeBps: 500n });
    await attest(p, id, 320n * GiB);
    await changeParameter(p, p.nft.interface.encodeFunctionData("setProtocolFee", [500n]));
    const { spFeeBps, protocolFeeBps } = await p.nft.powerOf(id);
    expect([spFeeBps, protocolFeeBps]).to.deep.equal([500n, 0n]);
  });
});
