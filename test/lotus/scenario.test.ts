import { ok, strictEqual } from "node:assert/strict";

import { Contract, type ContractTransactionReceipt, Interface, type LogDescription, Wallet } from "ethers";

import { type Cid, type ExecutionTrace, FIL, idBytes, idOf } from "./lotus.ts";
import { type Network, actorId, invoke, invokeByMultisig, maskedId, startNetwork } from "./network.ts";
import { GRID, type Protocol, artifact, attest, deployOn, propose, sendTo } from "./protocol.ts";

/** Epochs of a day. */
const DAY = 2_880;
/** Digits to which measured income equals the node's own. */
const DIGITS = 10n ** 15n;
/** Blocks that a message may take until it shows. */
const SETTLE = 3;

/**
 * The life of a miner on a real Lotus node with real actors. Every amount is compared with the node's own state or
 * traces. The steps build on each other; the first one that fails ends the story.
 */
describe("the product on a real Lotus network", function () {
  this.timeout(1_200_000);
  this.bail(true);

  let network: Network;
  let protocol: Protocol;
  let nft: Contract;
  let vault: Contract;
  let vaultAddress: string;
  let minerId: bigint;
  let ownerId: bigint;
  let sectors: bigint[];
  /** The block of the sync before the eventful days. */
  let measuredFrom: number;
  let multisig: bigint;
  let signer: string;

  const seller = (): Wallet => network.wallets[0] as Wallet;
  const holder = (): Wallet => network.wallets[1] as Wallet;
  const view = async <T>(contract: Contract, name: string, ...args: unknown[]): Promise<T> =>
    (await contract.getFunction(name).staticCall(...args)) as T;
  const account = (): Promise<Record<"owed" | "earned" | "covered" | "arrears" | "qap" | "living", bigint>> =>
    view(nft, "minerAccount", minerId);
  const event = (receipt: ContractTransactionReceipt, name: string, abi: Interface = nft.interface): LogDescription => {
    const found = receipt.logs.map((log) => abi.parseLog(log)).find((log) => log?.name === name);
    if (!found) throw new Error(`no event ${name}`);
    return found;
  };
  const revertOf = async (contract: Contract, name: string, ...args: unknown[]): Promise<string> => {
    try {
      await contract.getFunction(name).staticCall(...args);
    } catch (error) {
      const { data } = error as { data?: string };
      return (data === undefined ? null : contract.interface.parseError(data)?.name) ?? String(error);
    }
    return "nothing";
  };
  const beneficiary = async (): Promise<bigint> => {
    const { Beneficiary } = await network.lotus.minerInfo(network.devnet.miner);
    return network.lotus.id(Beneficiary);
  };
  /** What native sends of a transaction paid to an actor. */
  const paidTo = async (hash: string, actor: bigint): Promise<bigint> => {
    const cid = await network.lotus.call<Cid>("Filecoin.EthGetMessageCidByTransactionHash", hash);
    const { ExecutionTrace } = await network.lotus.call<{ ExecutionTrace: ExecutionTrace }>(
      "Filecoin.StateReplay",
      [],
      cid,
    );
    const sum = (trace: ExecutionTrace): bigint =>
      (trace.Subcalls ?? []).reduce((total, call) => {
        const direct = call.Msg.To === `f0${actor}` && call.MsgRct.ExitCode === 0 ? BigInt(call.Msg.Value) : 0n;
        return total + direct + sum(call);
      }, 0n);
    return sum(ExecutionTrace);
  };
  const mint = async (backing: bigint[], nominal: bigint): Promise<bigint> => {
    const { Height } = await network.lotus.head();
    const expiry = BigInt(Math.ceil((Height + GRID) / GRID) * GRID + GRID);
    const ranges = backing.map((sector) => [sector, 1n]);
    const request = [minerId, ranges, nominal, expiry, 500, 100, 0, seller().address, 0n];
    return event(await sendTo(nft, "mint", request), "Minted").args["id"] as bigint;
  };

  before(async () => {
    network = await startNetwork(3, { blockTime: "100ms", sectors: 12 });
    minerId = idOf(network.devnet.miner);
    ownerId = await network.lotus.id(network.devnet.owner);
    const infos = await network.lotus.call<{ SectorNumber: number }[]>(
      "Filecoin.StateMinerActiveSectors",
      network.devnet.miner,
      [],
    );
    sectors = infos.map(({ SectorNumber }) => BigInt(SectorNumber)).sort((a, b) => Number(a - b));
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
    const sectorPower = 20_480n;
    const first = await mint(sectors.slice(0, 2), 2n * sectorPower);
    const second = await mint(sectors.slice(2, 5), 3n * sectorPower);
    strictEqual(await view(nft, "isCommitted", minerId, sectors[0]), true);
    await attest(network, protocol.oracle, {
      minerId,
      ids: [first, second],
      weights: [2n * sectorPower, 3n * sectorPower],
    });
    strictEqual((await account()).qap, await network.lotus.power(network.devnet.miner));
    strictEqual(await view(nft, "weightOf", second), 3n * sectorPower);
  });

  it("measures what the node's traces show, over days with a fault, a termination, a top-up and a withdrawal", async () => {
    const { lotus, devnet } = network;
    await devnet.advance(DAY);
    measuredFrom = (await sendTo(nft, "sync", minerId)).blockNumber;
    await devnet.advance(DAY / 2);
    const before = await lotus.power(devnet.miner);
    await lotus.declareFault(devnet.miner, devnet.owner, await lotus.sectorPlace(devnet.miner, Number(sectors[6])));
    await devnet.advance(SETTLE);
    ok((await lotus.power(devnet.miner)) < before, "the fault takes power");
    await lotus.send({ from: devnet.faucet, to: devnet.miner, value: 50n * FIL });
    await lotus.withdraw(devnet.miner, devnet.owner, 3n * FIL);
    await devnet.advance(DAY / 2);
    await lotus.terminate(devnet.miner, devnet.owner, await lotus.sectorPlace(devnet.miner, Number(sectors[9])));
    await devnet.advance(DAY);

    const receipt = await sendTo(nft, "sync", minerId);
    const measured = event(receipt, "Synced").args["rewards"] as bigint;
    const truth = await lotus.rewards(devnet.miner, measuredFrom, receipt.blockNumber - 1);
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
    const { amount, stillOwed } = event(receipt, "Harvested").args as unknown as Record<"amount" | "stillOwed", bigint>;
    await network.devnet.advance(SETTLE);
    strictEqual((await network.lotus.balance(nftActor)) - before, amount);
    strictEqual(amount + stillOwed, owed);
  });

  it("pays holders to any kind of address, to the attoFIL, and stays solvent (R-NFT-4, R-LED-7)", async () => {
    const payable = [await view<bigint>(nft, "payableOf", 1n), await view<bigint>(nft, "payableOf", 2n)] as const;
    const fresh = Wallet.createRandom().address;
    await sendTo(nft, "claim", [1n], fresh);
    await network.devnet.advance(SETTLE);
    strictEqual(await network.provider.getBalance(fresh), payable[0]);
    const [f1] = await network.lotus.newAccounts(network.devnet.faucet, ["secp256k1"], FIL);
    const f1Id = await network.lotus.id(f1 as string);
    await sendTo(nft, "claim", [2n], maskedId(f1Id));
    await network.devnet.advance(SETTLE);
    strictEqual(await network.lotus.balance(f1 as string), FIL + payable[1]);
    for (const id of [1n, 2n]) {
      const parts = await Promise.all(
        ["paidOf", "payableOf", "unpaidOf", "earnedOf"].map((name) => view<bigint>(nft, name, id)),
      );
      const [paid, payableNow, unpaid, earned] = parts as [bigint, bigint, bigint, bigint];
      strictEqual(paid + payableNow + unpaid, earned);
    }
    const { cash, liabilities } = await view<Record<"cash" | "liabilities", bigint>>(nft, "solvency", minerId);
    ok(cash >= liabilities, "cash >= liabilities");
  });

  it("credits the seller on a transfer, and pays the credit (R-LED-6)", async () => {
    await network.devnet.advance(DAY / 4);
    await sendTo(nft, "sync", minerId);
    await sendTo(nft, "harvest", minerId);
    const payable = await view<bigint>(nft, "payableOf", 1n);
    ok(payable > 0n, "something is payable");
    await sendTo(nft, "transferFrom", seller().address, holder().address, 1n);
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
    strictEqual(event(receipt, "OwnerPaid", vault.interface).args["amount"], 7n * FIL);
    strictEqual(await paidTo(receipt.hash, ownerId), 7n * FIL);
    strictEqual((await account()).owed, 0n);
  });

  it("follows a change of the owner to an f2 multisig, which acts and drops the operator (R-VLT-3)", async () => {
    const { lotus, devnet } = network;
    [signer] = (await lotus.newAccounts(devnet.faucet, ["secp256k1"], 100n * FIL)) as [string];
    multisig = await lotus.newMultisig(devnet.faucet, [signer], 1, FIL);
    await lotus.changeOwner(devnet.miner, devnet.owner, multisig);
    const accepted = await lotus.proposeAndRun(`f0${multisig}`, signer, {
      to: devnet.miner,
      method: 23,
      params: new Uint8Array([0x40 + idBytes(multisig).length, ...idBytes(multisig)]),
    });
    strictEqual(accepted.exitCode, 0n);
    await devnet.advance(SETTLE);
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
    const { lotus, devnet } = network;
    const giveBack = await lotus.proposeAndRun(`f0${multisig}`, signer, {
      to: devnet.miner,
      method: 30,
      params: new Uint8Array([0x83, 0x40 + idBytes(multisig).length, ...idBytes(multisig), 0x40, 0x00]),
    });
    strictEqual(giveBack.exitCode, 0n);
    await devnet.advance(SETTLE);
    strictEqual(await revertOf(vault, "release"), "LivingNFTs");
  });
});
