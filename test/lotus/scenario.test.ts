import { ok, strictEqual } from "node:assert/strict";

import { Contract, Wallet } from "ethers";

import { frameOf, referenceEpoch } from "../../lib/protocol/report.ts";
import { encodeCbor } from "./cbor.ts";
import { FIL, METHOD, beneficiaryParams, f410Bytes, idBytes, idOf } from "./lotus.ts";
import { type Network, actorId, invoke, invokeByMultisig, maskedId, startNetwork } from "./network.ts";
import { EXPIRATION, GRID, type Protocol, QUOTA, artifact, attest, deployOn, propose, sendTo } from "./protocol.ts";
import { eventOf, paidTo, revertOf, view } from "./reading.ts";

/** Epochs of a day. */
const DAY = 2_880;
/** The node declares a recovery once a day, and misses the time for it when the fault came just before. */
const RECOVERY_DAYS = 3;
/** Digits to which measured income equals the node's own. */
const DIGITS = 10n ** 15n;
/** Blocks that a message may take until it shows. */
const SETTLE = 3;
/** Bytes of QAP of a sector of this network: 2 KiB, all of it verified deals. */
const SECTOR_QAP = 20_480n;
/** How a challenger proves that a sector does not count: `IPowerOracle.Proof`. */
const PROOF = { dead: 0, faulty: 2, expiration: 3 } as const;
/** Sectors, by their place in the list, that meet something; those behind an NFT are 0, 1 and 2, 4, 6, 8. */
const FAULTY = 6;
const TERMINATED = 8;

/**
 * The life of a miner on a real Lotus node with real actors. Every amount is compared with the node's own state or
 * traces. The steps build on each other; the first one that fails ends the story.
 */
describe("the product on a real Lotus network", function () {
  this.timeout(3_600_000);
  this.bail(true);

  let network: Network;
  let protocol: Protocol;
  let nft: Contract;
  let vault: Contract;
  let vaultAddress: string;
  let minerId: bigint;
  let ownerId: bigint;
  let sectors: bigint[];
  let first: bigint;
  let second: bigint;
  /** When both end. */
  let expiry: bigint;
  /** The block of the sync before the eventful days, and the rewards measured until then. */
  let measuredFrom: number;
  let rewardsBefore: bigint;
  let multisig: bigint;
  let signer: string;

  const seller = (): Wallet => network.wallets[0] as Wallet;
  const holder = (): Wallet => network.wallets[1] as Wallet;
  type Account = Record<"owed" | "earned" | "covered" | "arrears" | "qap" | "living" | "rewards", bigint>;
  const account = (): Promise<Account> => view(nft, "minerAccount", minerId);
  const beneficiary = async (): Promise<bigint> => {
    const { Beneficiary } = await network.lotus.minerInfo(network.devnet.miner);
    return network.lotus.id(Beneficiary);
  };
  const height = async (): Promise<bigint> => BigInt((await network.lotus.head()).Height);
  const sectorAt = (place: number): bigint => sectors[place] as bigint;
  const mint = async (backing: bigint[], expiry: bigint): Promise<bigint> => {
    const ranges = backing.map((sector) => [sector, 1n]);
    const nominal = SECTOR_QAP * BigInt(backing.length);
    const request = [minerId, ranges, nominal, expiry, 500, 100, 0, seller().address, 0n];
    return eventOf(await sendTo(nft, "mint", request), nft.interface, "Minted").args["id"] as bigint;
  };
  /** Has the attestor say an NFT's weight in a frame that begins after now: a challenge of this frame overtakes its report. */
  const attestNext = async (id: bigint, weight: bigint): Promise<void> => {
    const now = await height();
    await network.devnet.advance(Number(referenceEpoch(frameOf(now) + 1) - now));
    await attest(network, protocol.oracle, { minerId, ids: [id], weights: [weight] });
  };
  /** Where the miner actor keeps a sector, as `GenerateSectorLocation` answers. */
  const auxOf = async (sector: bigint): Promise<Uint8Array> => {
    const { deadline, partition } = await network.lotus.sectorPlace(network.devnet.miner, Number(sector));
    return encodeCbor([BigInt(deadline), BigInt(partition)]);
  };
  /** Anyone's challenge with one sector; the weight that it leaves. */
  const challenge = async (id: bigint, sector: bigint, proof: number, aux: Uint8Array): Promise<bigint> => {
    const oracle = protocol.oracle.connect(holder()) as Contract;
    await sendTo(oracle, "challenge", id, [sector], [proof], [aux]);
    return view(nft, "weightOf", id);
  };
  /** Pays one NFT to an address that nobody has used; what arrived there, by the node. */
  const claimTo = async (caller: Wallet, id: bigint): Promise<bigint> => {
    const fresh = Wallet.createRandom().address;
    await sendTo(nft.connect(caller) as Contract, "claim", [id], fresh);
    await network.devnet.advance(SETTLE);
    return network.provider.getBalance(fresh);
  };
  const expectAddsUp = async (id: bigint): Promise<void> => {
    const parts = ["paidOf", "payableOf", "unpaidOf", "earnedOf"].map((name) => view<bigint>(nft, name, id));
    const [paid, payable, unpaid, earned] = (await Promise.all(parts)) as [bigint, bigint, bigint, bigint];
    strictEqual(paid + payable + unpaid, earned, `paid + payable + unpaid = earned of NFT ${id}`);
  };
  const expectSolvent = async (): Promise<void> => {
    const { cash, liabilities } = await view<Record<"cash" | "liabilities", bigint>>(nft, "solvency", minerId);
    ok(cash >= liabilities, "cash >= liabilities");
    strictEqual(cash, await network.provider.getBalance(protocol.addresses.powerNFT));
  };
  /** A message of the owner's multisig to the miner. */
  const byMultisig = async (method: number, params: Uint8Array): Promise<void> => {
    const { exitCode } = await network.lotus.proposeAndRun(`f0${multisig}`, signer, {
      to: network.devnet.miner,
      method,
      params,
    });
    strictEqual(exitCode, 0n);
    await network.devnet.advance(SETTLE);
  };

  before(async () => {
    network = await startNetwork(3, { blockTime: "100ms", sectors: 12 });
    minerId = idOf(network.devnet.miner);
    ownerId = await network.lotus.id(network.devnet.owner);
    sectors = (await network.lotus.activeSectors(network.devnet.miner)).map(BigInt);
  });
  after(async () => {
    await network.stop();
  });

  it("deploys with every delay in force from the first block (R-GOV-1)", async () => {
    protocol = await deployOn(network);
    ({ nft } = protocol);
    const manager = new Contract(protocol.addresses.accessManager, artifact("PowerAccessManager").abi, seller());
    for (const role of [0n, 1n, 2n, 3n, 4n, 5n]) {
      ok((await view<bigint>(manager, "getRoleGrantDelay", role)) > 0n, `grant delay of role ${role}`);
    }
    const [, adminDelay] = await view<[boolean, bigint]>(manager, "hasRole", 0n, seller().address);
    ok(adminDelay > 0n, "the admin waits");
    ok((await view<bigint>(manager, "getTargetAdminDelay", protocol.addresses.powerNFT)) > 0n, "so does its target");
  });

  it("makes the vault the beneficiary by the owner's native proposal (R-VLT-2)", async () => {
    await sendTo(protocol.registry, "createVault", minerId);
    vault = await protocol.vaultOf(minerId);
    vaultAddress = await vault.getAddress();
    strictEqual(await revertOf(vault, "activate"), "NothingProposed");
    await propose(network, network.devnet.miner, network.devnet.owner, vaultAddress);
    await sendTo(vault, "activate");
    strictEqual(await beneficiary(), await actorId(network.lotus, vaultAddress));
  });

  it("gives the role back to the owner, before anything else is built on it (R-VLT-6)", async () => {
    await network.lotus.proposeBeneficiary(network.devnet.miner, network.devnet.owner, idBytes(ownerId), 0n, 0n);
    await sendTo(vault, "release");
    strictEqual(await beneficiary(), ownerId);
  });

  it("enrols the miner again with the same vault", async () => {
    await propose(network, network.devnet.miner, network.devnet.owner, vaultAddress);
    await sendTo(vault, "activate");
    strictEqual(await beneficiary(), await actorId(network.lotus, vaultAddress));
  });

  it("lets an owner on f3 name an operator by a native message (R-VLT-3)", async () => {
    const calldata = vault.interface.encodeFunctionData("setOperator", [seller().address]);
    await invoke(network.lotus, network.devnet.owner, vaultAddress, calldata);
    strictEqual(await view(vault, "operator"), seller().address);
  });

  it("mints NFTs and gives them weight within the miner's power", async () => {
    // the earliest date that leaves the shortest term
    expiry = BigInt(Math.ceil((Number(await height()) + GRID + DAY) / GRID) * GRID);
    first = await mint([sectorAt(0), sectorAt(1)], expiry);
    second = await mint([sectorAt(2), sectorAt(4), sectorAt(FAULTY), sectorAt(TERMINATED)], expiry);
    strictEqual(await view(nft, "isCommitted", minerId, sectors[0]), true);
    await attest(network, protocol.oracle, {
      minerId,
      ids: [first, second],
      weights: [2n * SECTOR_QAP, 4n * SECTOR_QAP],
    });
    strictEqual((await account()).qap, await network.lotus.power(network.devnet.miner));
    strictEqual(await view(nft, "weightOf", second), 4n * SECTOR_QAP);
  });

  it("lowers a weight by the chain's word on a declared fault, until the next report (R-ORC-4)", async () => {
    const { lotus, devnet } = network;
    await devnet.advance(DAY / 2);
    measuredFrom = (await sendTo(nft, "sync", minerId)).blockNumber;
    rewardsBefore = (await account()).rewards;
    const before = await lotus.power(devnet.miner);
    await lotus.declareFault(
      devnet.miner,
      devnet.owner,
      await lotus.sectorPlace(devnet.miner, Number(sectorAt(FAULTY))),
    );
    await devnet.advance(SETTLE);
    strictEqual(await lotus.power(devnet.miner), before - SECTOR_QAP, "the fault takes power");

    const aux = await auxOf(sectorAt(FAULTY));
    const healthy = sectorAt(4);
    const claim = [[PROOF.faulty], [await auxOf(healthy)]];
    strictEqual(await revertOf(protocol.oracle, "challenge", second, [healthy], ...claim), "NotProven");
    const elsewhere = [[sectorAt(FAULTY)], [PROOF.faulty], [await auxOf(healthy)]];
    strictEqual(await revertOf(protocol.oracle, "challenge", second, ...elsewhere), "ActorError");
    strictEqual(await challenge(second, sectorAt(FAULTY), PROOF.faulty, aux), 3n * SECTOR_QAP);

    // top-ups, and what the owner withdraws natively, are no income
    await lotus.send({ from: devnet.faucet, to: devnet.miner, value: 50n * FIL });
    await lotus.withdraw(devnet.miner, devnet.owner, 3n * FIL);
    // the next proof of its deadline brings the sector back; a recovery that was declared too late, the one of a day later
    let power = 0n;
    for (let days = 0; power < before && days < RECOVERY_DAYS; days++) {
      await devnet.advance(DAY);
      power = await lotus.power(devnet.miner);
    }
    strictEqual(power, before, "recovered");
    await attestNext(second, 4n * SECTOR_QAP);
    strictEqual(await view(nft, "weightOf", second), 4n * SECTOR_QAP);
  });

  it("lowers a weight by the chain's word on a terminated sector (R-ORC-4)", async () => {
    const { lotus, devnet } = network;
    const before = await lotus.power(devnet.miner);
    const aux = await auxOf(sectorAt(TERMINATED));
    const place = await lotus.sectorPlace(devnet.miner, Number(sectorAt(TERMINATED)));
    strictEqual(
      await revertOf(protocol.oracle, "challenge", second, [place.sector], [PROOF.dead], [aux]),
      "NotProven",
      "it lives",
    );
    await lotus.terminate(devnet.miner, devnet.owner, place);
    await devnet.advance(SETTLE);
    strictEqual(await lotus.power(devnet.miner), before - SECTOR_QAP, "the termination takes power");
    strictEqual(await challenge(second, sectorAt(TERMINATED), PROOF.dead, aux), 3n * SECTOR_QAP);
    await attestNext(second, 3n * SECTOR_QAP);
    strictEqual(await view(nft, "weightOf", second), 3n * SECTOR_QAP, "the report says the same");
  });

  it("measured over those days what the node's traces show, to 15 digits (R-INC-1)", async () => {
    const receipt = await sendTo(nft, "sync", minerId);
    const measured = (await account()).rewards - rewardsBefore;
    const truth = await network.lotus.rewards(network.devnet.miner, measuredFrom, receipt.blockNumber - 1);
    const difference = measured > truth.reward ? measured - truth.reward : truth.reward - measured;
    ok(truth.blocks > 10, "there were rewards");
    ok(difference * DIGITS <= truth.reward, `measured ${measured}, the node says ${truth.reward}`);
  });

  it("harvests what is owed: the owner's own withdrawal first, the rest from the miner (R-VLT-5)", async () => {
    const { owed } = await account();
    ok(owed > 0n, "something is owed");
    const nftActor = `f0${await actorId(network.lotus, protocol.addresses.powerNFT)}`;
    strictEqual(await network.provider.getBalance(vaultAddress), 3n * FIL);
    const before = await network.lotus.balance(nftActor);
    const receipt = await sendTo(nft, "harvest", minerId);
    const { amount, stillOwed } = eventOf(receipt, nft.interface, "Harvested").args as unknown as Record<
      "amount" | "stillOwed",
      bigint
    >;
    await network.devnet.advance(SETTLE);
    strictEqual((await network.lotus.balance(nftActor)) - before, amount);
    strictEqual(amount + stillOwed, owed);
  });

  it("pays holders to any kind of address, to the attoFIL, and stays solvent (R-NFT-4, R-LED-7)", async () => {
    const payable = await view<bigint>(nft, "payableOf", first);
    strictEqual(await claimTo(seller(), first), payable);
    const expected = await view<bigint>(nft, "payableOf", second);
    const [f1] = await network.lotus.newAccounts(network.devnet.faucet, ["secp256k1"], FIL);
    await sendTo(nft, "claim", [second], maskedId(await network.lotus.id(f1 as string)));
    await network.devnet.advance(SETTLE);
    strictEqual(await network.lotus.balance(f1 as string), FIL + expected);
    for (const id of [first, second]) await expectAddsUp(id);
    await expectSolvent();
  });

  it("credits the seller on a transfer, and pays the credit (R-LED-6)", async () => {
    await network.devnet.advance(DAY / 4);
    await sendTo(nft, "sync", minerId);
    await sendTo(nft, "harvest", minerId);
    const payable = await view<bigint>(nft, "payableOf", first);
    ok(payable > 0n, "something is payable");
    await sendTo(nft, "transferFrom", seller().address, holder().address, first);
    strictEqual(await view(nft, "creditOf", seller().address), payable);
    const fresh = Wallet.createRandom().address;
    await sendTo(nft, "claimCredit", fresh);
    await network.devnet.advance(SETTLE);
    strictEqual(await network.provider.getBalance(fresh), payable);
  });

  it("pays the owner its own money, and only the owner actor (R-VLT-5)", async () => {
    strictEqual(
      await revertOf(new Contract(vaultAddress, vault.interface, holder()), "withdrawToOwner", FIL),
      "NotOwnerOrOperator",
    );
    strictEqual(await revertOf(vault, "withdrawToOwner", 7n * FIL), "StillOwed");
    // what the owner sends to its miner pays what holders are owed, and the rest stays its own
    const { owed } = await account();
    await network.lotus.send({ from: network.devnet.faucet, to: network.devnet.miner, value: owed + 1_000n * FIL });
    const receipt = await sendTo(vault, "withdrawToOwner", 7n * FIL);
    await network.devnet.advance(SETTLE);
    strictEqual(eventOf(receipt, vault.interface, "OwnerPaid").args["amount"], 7n * FIL);
    strictEqual(await paidTo(network.lotus, receipt.hash, ownerId), 7n * FIL);
    strictEqual((await account()).owed, 0n);
  });

  it("follows a change of the owner to an f2 multisig, which acts and drops the operator (R-VLT-3)", async () => {
    const { lotus, devnet } = network;
    [signer] = (await lotus.newAccounts(devnet.faucet, ["secp256k1"], 100n * FIL)) as [string];
    multisig = await lotus.newMultisig(devnet.faucet, [signer], 1, FIL);
    await lotus.changeOwner(devnet.miner, devnet.owner, multisig);
    await byMultisig(METHOD.miner.changeOwner, encodeCbor(idBytes(multisig)));
    strictEqual(await view(vault, "ownerId"), multisig);
    strictEqual(BigInt(await view<string>(vault, "operator")), 0n);
    strictEqual(await revertOf(vault, "withdrawToOwner", FIL), "NotOwnerOrOperator");

    await devnet.advance(DAY / 8);
    await sendTo(nft, "sync", minerId);
    await sendTo(nft, "harvest", minerId);
    const before = await lotus.balance(`f0${multisig}`);
    const withdraw = vault.interface.encodeFunctionData("withdrawToOwner", [2n * FIL]);
    const inner = await invokeByMultisig(lotus, multisig, signer, vaultAddress, withdraw);
    strictEqual(inner.exitCode, 0n);
    await devnet.advance(SETTLE);
    strictEqual((await lotus.balance(`f0${multisig}`)) - before, 2n * FIL);
  });

  it("refuses to release while NFTs are alive (R-VLT-6)", async () => {
    await byMultisig(METHOD.miner.changeBeneficiary, beneficiaryParams(idBytes(multisig), 0n, 0n));
    strictEqual(await revertOf(vault, "release"), "LivingNFTs");
  });

  it("ends NFTs at their expiry, to the epoch, though nobody calls then (R-LED-5)", async () => {
    await network.devnet.advance(Number(expiry - (await height())) + DAY / 2);
    await sendTo(nft, "sync", minerId);
    strictEqual((await account()).living, 0n);
    for (const id of [first, second]) strictEqual(await view(nft, "weightOf", id), 0n);
    const earned = await view<bigint>(nft, "earnedOf", second);
    const { rewards } = await account();
    await network.devnet.advance(DAY / 4);
    await sendTo(nft, "sync", minerId);
    ok((await account()).rewards > rewards, "the miner earns on");
    strictEqual(await view(nft, "earnedOf", second), earned, "its holder does not");
  });

  it("releases to the owner once nothing is owed, and pays what is payable afterwards (R-VLT-6)", async () => {
    const { lotus, devnet } = network;
    const { owed } = await account();
    ok(owed > 0n, "60 days of rewards have not vested yet");
    strictEqual(await revertOf(vault, "release"), "StillOwed");
    await lotus.send({ from: devnet.faucet, to: devnet.miner, value: owed });
    await sendTo(vault, "release");
    strictEqual(await beneficiary(), multisig);
    strictEqual((await account()).owed, 0n);
    for (const [caller, id] of [
      [holder(), first],
      [seller(), second],
    ] as const) {
      const payable = await view<bigint>(nft, "payableOf", id);
      ok(payable > 0n, "something is payable");
      strictEqual(await claimTo(caller, id), payable);
      strictEqual(await view(nft, "paidOf", id), await view(nft, "earnedOf", id));
    }
    await expectSolvent();
  });

  it("enrols again with the same vault, and mints anew on the sectors that are free again (R-VLT-6, R-NFT-2)", async () => {
    const terms = beneficiaryParams(f410Bytes(vaultAddress), QUOTA, EXPIRATION);
    await byMultisig(METHOD.miner.changeBeneficiary, terms);
    await sendTo(vault, "activate");
    strictEqual(await beneficiary(), await actorId(network.lotus, vaultAddress));
    const setOperator = vault.interface.encodeFunctionData("setOperator", [seller().address]);
    strictEqual((await invokeByMultisig(network.lotus, multisig, signer, vaultAddress, setOperator)).exitCode, 0n);
    await sendTo(nft, "freeSectors", [first, second]);
    strictEqual(await view(nft, "isCommitted", minerId, sectors[0]), false);

    const info = await network.lotus.call<{ Expiration: number }>(
      "Filecoin.StateSectorGetInfo",
      network.devnet.miner,
      Number(sectorAt(0)),
      [],
    );
    const beyond = BigInt(Math.ceil((info.Expiration + 1) / GRID) * GRID);
    const third = await mint([sectorAt(0)], beyond);
    await attest(network, protocol.oracle, { minerId, ids: [third], weights: [SECTOR_QAP] });
    strictEqual(await view(nft, "earnedOf", third), 0n, "nothing of what was before");
    await network.devnet.advance(DAY / 4);
    await sendTo(nft, "sync", minerId);
    ok((await view<bigint>(nft, "earnedOf", third)) > 0n, "it earns");

    // its attestors erred: the sector ends before the NFT, and the chain says so
    strictEqual(await challenge(third, sectorAt(0), PROOF.expiration, new Uint8Array()), 0n);
  });
});
