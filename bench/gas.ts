/**
 * FVM gas of every user operation on the real network, next to what the chain takes at least.
 * `--explain` also says where the gas of each goes.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type Contract, type TransactionResponse, Wallet } from "ethers";

import type { ReportPage } from "../lib/protocol/report.ts";
import { callInput } from "../test/filecoin/probe.ts";
import { FIL, type Cid, type Lookup, f410Bytes, idBytes, idOf } from "../test/lotus/lotus.ts";
import { encodeAmount, encodeCbor } from "../test/lotus/cbor.ts";
import { invoke, startNetwork, type Network } from "../test/lotus/network.ts";
import {
  EXPIRATION,
  GRID,
  QUOTA,
  artifact,
  attest,
  deployOn,
  pageArguments,
  propose,
  report as reportOn,
  sendTo,
} from "../test/lotus/protocol.ts";
import { deployProbe } from "../test/lotus/probes.ts";
import { explain } from "./explain.ts";
import { measureMarket } from "./market.ts";
import type { Bench } from "./meter.ts";
import { measurePool } from "./pool.ts";

interface Row {
  operation: string;
  gas: number;
  floor: number | null;
  goal: number | null;
}

const EXPLAIN = process.argv.includes("--explain");
const RESULTS = join(import.meta.dirname, "results");
const CONTRACTS = [
  "PowerNFT",
  "Minting",
  "Weights",
  "Views",
  "GuaranteeLedger",
  "ExpectedIncome",
  "PowerOracle",
  "PowerMarket",
  "JointMiningPool",
  "Machines",
  "Buying",
  "Queue",
  "FilAuction",
  "PowerNFTRenderer",
  "MinerVault",
  "MinerRegistry",
  "PowerAccessManager",
];
/** The chain's limit on the code of a contract, bytes. */
const CODE_LIMIT = 24_576;
/** No estimation: what is sent is what is measured. */
const GAS_LIMIT = 6_000_000_000n;
const SYNC_GAS_LIMIT = 400_000_000n;
/** After these the vesting table is as long as it gets: rewards fall into both halves of a day. */
const FULL_TABLE = 1_600;
/** Enough for some rewards. */
const A_WHILE = 200;
/** What stands behind a guarantee that covers the price of the pool's machine. */
const GUARANTEE = FIL;
const COVER = 100_000n * FIL;
const MANY = 1_000;
const PAGE = 100;
/** Bytes of QAP of a sector of this network (2 KiB, all of it verified deals). */
const SECTOR_QAP = 20_480n;
/** QAP of other NFTs, and of the pool's machine: its miner may have sold 80 % of its power. */
const OTHERS = SECTOR_QAP / 4n;

const rows: Row[] = [];
const network = await startNetwork(3, { blockTime: "150ms", env: EXPLAIN ? { LOTUS_VM_ENABLE_TRACING: "1" } : {} });
try {
  await measure(network);
} finally {
  await network.stop();
}
await report();

function add(operation: string, gas: bigint | number, floor: number | null, goal: number | null): void {
  rows.push({ operation, gas: Number(gas), floor, goal });
  console.log(line(rows[rows.length - 1] as Row));
}

function line({ operation, gas, floor, goal }: Row): string {
  const cell = (value: number | null): string => (value === null ? "" : (value / 1e6).toFixed(2)).padStart(8);
  const verdict = goal === null ? "" : gas <= goal ? "  met" : "  MISSED";
  return `${operation.padEnd(52)}${cell(gas)}${cell(floor)}${cell(goal)}${verdict}`;
}

async function report(): Promise<void> {
  const sizes = CONTRACTS.map((contract) => ({
    contract,
    bytes: (artifact(contract).deployedBytecode.length - 2) / 2,
    limit: CODE_LIMIT,
  }));
  console.log(`\n${"million gas".padEnd(52)}${"gas".padStart(8)}${"floor".padStart(8)}${"goal".padStart(8)}`);
  for (const row of rows) console.log(line(row));
  console.log();
  for (const { contract, bytes } of sizes) console.log(`${contract.padEnd(52)}${String(bytes).padStart(8)} bytes`);
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, "gas.json"), `${JSON.stringify(rows, null, 2)}\n`);
  await writeFile(join(RESULTS, "sizes.json"), `${JSON.stringify(sizes, null, 2)}\n`);
}

async function measure({ devnet, lotus, wallets, provider }: Network): Promise<void> {
  const [deployer, other] = wallets as [Wallet, Wallet];
  const miner = devnet.miner;
  const minerId = idOf(miner);
  const ownerId = await lotus.id(devnet.owner);

  const cidOf = (hash: string): Promise<Cid> => lotus.call("Filecoin.EthGetMessageCidByTransactionHash", hash);
  const tell = async (label: string, cid: Cid): Promise<void> => {
    if (EXPLAIN) console.log([`  where ${label} goes:`, ...(await explain(lotus, cid))].join("\n"));
  };
  /** Runs a transaction; its gas. */
  const gasOf = async (label: string, contract: Contract, name: string, ...args: unknown[]): Promise<bigint> => {
    const receipt = await sendTo(contract, name, ...args, { gasLimit: GAS_LIMIT });
    await tell(label, await cidOf(receipt.hash));
    return receipt.gasUsed;
  };
  /** Runs a transaction behind a sync, so that its own finds nothing to measure; undefined if they missed each other. */
  const tryBeyondSync = async (
    label: string,
    contract: Contract,
    name: string,
    args: unknown[],
  ): Promise<bigint | undefined> => {
    let nonce = await provider.getTransactionCount(deployer.address, "pending");
    const send = async (target: Contract, method: string, gasLimit: bigint, ...params: unknown[]) =>
      (await target.getFunction(method)(...params, { gasLimit, nonce: nonce++ })) as TransactionResponse;
    const sync = await send(nft, "sync", SYNC_GAS_LIMIT, minerId);
    const sent = await send(contract, name, GAS_LIMIT, ...args);
    const [first, second] = [await sync.wait(), await sent.wait()];
    if (first === null || second === null) throw new Error("no receipt");
    if (first.blockNumber !== second.blockNumber) return undefined;
    await tell(label, await cidOf(second.hash));
    return second.gasUsed;
  };
  /** The same, until they are of one epoch: for what may be done again. */
  const gasBeyondSync = async (
    label: string,
    contract: Contract,
    name: string,
    args: () => unknown[],
  ): Promise<bigint> => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const gas = await tryBeyondSync(label, contract, name, args());
      if (gas !== undefined) return gas;
    }
    throw new Error(`${label}: never in the same epoch as a sync`);
  };
  /** Reports pages, until the gas of one is known beyond its sync: a page can be applied once. Then applies the others. */
  const gasOfPages = async (of: readonly ReportPage[]): Promise<bigint> => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const tree = await reportOn(net, oracle, () => of);
      let gas: bigint | undefined;
      for (const page of of) {
        const label = `applyPage of ${page.ids.length}`;
        if (gas === undefined) gas = await tryBeyondSync(label, oracle, "applyPage", pageArguments(tree, page));
        else await sendTo(oracle, "applyPage", ...pageArguments(tree, page), { gasLimit: GAS_LIMIT });
      }
      if (gas !== undefined) return gas;
    }
    throw new Error("no page in the same epoch as a sync");
  };
  const native = async (label: string, lookup: Lookup): Promise<number> => {
    await tell(label, lookup.Message);
    return lookup.Receipt.GasUsed;
  };

  // Floors
  const fresh = Wallet.createRandom().address;
  add(
    "chain: native send",
    await native("", await lotus.send({ from: devnet.faucet, to: devnet.owner, value: 1n })),
    null,
    null,
  );
  const bareWithdrawal = await native("", await lotus.withdraw(miner, devnet.owner, FIL));
  add("chain: native WithdrawBalance", bareWithdrawal, null, null);
  const probe = await deployProbe("test/filecoin/contracts", "ActorProbe", deployer);
  const probeBytes = f410Bytes(await probe.getAddress());
  await lotus.proposeBeneficiary(miner, devnet.owner, probeBytes, QUOTA, EXPIRATION);
  const ask = (label: string, method: bigint, params: Uint8Array): Promise<bigint> =>
    gasOf(label, probe, "ask", ...callInput(minerId, method, `0x${Buffer.from(params).toString("hex")}`, {}));
  const approve = encodeCbor([probeBytes, encodeAmount(QUOTA), EXPIRATION]);
  const floorActivate = await ask("bare approval", 1570634796n, approve);
  const floorWithdraw = await ask("bare withdrawal", 2280458852n, encodeCbor([encodeAmount(FIL)]));
  add("chain: ChangeBeneficiary approval by a contract", floorActivate, null, null);
  add("chain: WithdrawBalance by a contract", floorWithdraw, null, null);
  const giveBack = await lotus.proposeBeneficiary(miner, devnet.owner, idBytes(ownerId), 0n, 0n);
  const floorRelease = await ask("bare release", 1570634796n, encodeCbor([idBytes(ownerId), encodeAmount(0n), 0n]));
  const bare = await deployProbe("test/lotus/contracts", "BareERC721", deployer);
  await sendTo(bare, "mint", deployer.address, 1n);
  const floorMint = await gasOf("bare mint", bare, "mint", deployer.address, 2n);
  const floorTransfer = await gasOf("bare transfer", bare, "transferFrom", deployer.address, other.address, 2n);
  add("chain: mint of a bare ERC-721", floorMint, null, null);
  add("chain: transfer of a bare ERC-721", floorTransfer, null, null);

  // Enrolment
  const protocol = await deployOn(
    { devnet, lotus, wallets, provider, stop: () => Promise.resolve() },
    (name, _, receipt) => {
      add(`deploy ${name}`, receipt.gasUsed, null, null);
    },
  );
  const { nft, oracle, registry } = protocol;
  const vault = await protocol.vaultOf(minerId);
  const vaultAddress = await vault.getAddress();
  const create = await gasOf("createVault", registry, "createVault", minerId);
  add("createVault", create, null, null);
  const proposal = await native(
    "propose",
    await propose({ devnet, lotus, wallets, provider, stop: network.stop }, miner, devnet.owner, vaultAddress),
  );
  add("propose (native)", proposal, giveBack.Receipt.GasUsed, null);
  const activate = await gasOf("activate", vault, "activate");
  add("activate", activate, Number(floorActivate), null);
  add("enrolment in all", create + BigInt(proposal) + activate, null, 40e6);

  // Release, and enrolment again, while nothing is owed
  const returnRole = await lotus.proposeBeneficiary(miner, devnet.owner, idBytes(ownerId), 0n, 0n);
  const release = await gasOf("release", vault, "release");
  add("release (first sync included)", release, Number(floorRelease), null);
  add("propose the return of the role (native)", returnRole.Receipt.GasUsed, null, null);
  await propose({ devnet, lotus, wallets, provider, stop: network.stop }, miner, devnet.owner, vaultAddress);
  await sendTo(vault, "activate");
  const setOperator = vault.interface.encodeFunctionData("setOperator", [deployer.address]);
  add(
    "setOperator (native, by an f3 owner)",
    await native("setOperator", await invoke(lotus, devnet.owner, vaultAddress, setOperator)),
    null,
    null,
  );

  // One NFT
  await devnet.advance(FULL_TABLE);
  await sendTo(nft, "sync", minerId);
  const height = (await lotus.head()).Height;
  const expiry = BigInt(Math.ceil((height + GRID * 2) / GRID) * GRID);
  let sector = 1n;
  const request = (count: bigint, nominal: bigint): unknown => {
    const first = sector;
    sector += count;
    return [minerId, [[first, count]], nominal, expiry, 500, 0, 500, deployer.address, 0n];
  };
  const mintGas = await gasBeyondSync("mint", nft, "mint", () => [request(32n, SECTOR_QAP)]);
  add("mint of 32 sectors, beyond its sync", mintGas, Number(floorMint), 20e6);
  const first = (await nft.getFunction("minted")()) as bigint;
  const net = { devnet, lotus, wallets, provider, stop: network.stop };
  const firstPage = { minerId, ids: [first], weights: [SECTOR_QAP] };
  add("applyPage, first weight of 1 NFT, beyond its sync", await gasOfPages([firstPage]), null, null);

  const sync = async (): Promise<bigint> => gasOf("sync", nft, "sync", minerId);
  const harvest = async (): Promise<bigint> => gasOf("harvest", nft, "harvest", minerId);
  await devnet.advance(A_WHILE);
  await sync();
  add("first harvest", await harvest(), null, null);
  add("first claim of one NFT", await gasOf("claim", nft, "claim", [first], deployer.address), null, null);
  await devnet.advance(A_WHILE);
  add("sync", await sync(), null, 45e6);
  const harvestOne = await harvest();
  add("harvest alone, 1 living NFT", harvestOne, Number(floorWithdraw), 20e6);
  const claimOne = await gasOf("claim", nft, "claim", [first], deployer.address);
  add("claim of one NFT", claimOne, null, 9e6);

  // Some NFTs
  const few = 10;
  const ids = [first];
  for (let i = 1; i < few; i++) {
    await sendTo(nft, "mint", request(32n, OTHERS), { gasLimit: GAS_LIMIT });
    ids.push(first + BigInt(i));
  }
  const someIds = ids.slice(1);
  await attest(net, oracle, { minerId, ids: someIds, weights: someIds.map(() => SECTOR_QAP / 20n) });
  for (const measured of [false, true]) {
    await devnet.advance(A_WHILE);
    await sync();
    await harvest();
    const one = await gasOf("claim of 1", nft, "claim", [first], deployer.address);
    await devnet.advance(A_WHILE);
    await sync();
    await harvest();
    const all = await gasOf(`claim of ${few}`, nft, "claim", ids, deployer.address);
    if (measured) {
      add(`claim of one NFT of ${few}`, one, null, 9e6);
      add("claim, each further NFT", (all - one) / BigInt(few - 1), null, 3e6);
    }
  }
  await devnet.advance(A_WHILE);
  await sync();
  await harvest();
  add(
    "transfer with settlement",
    await gasOf("transfer", nft, "transferFrom", deployer.address, other.address, ids[1]),
    Number(floorTransfer),
    10e6,
  );
  add(
    "transfer with settlement, seller and buyer known",
    await gasOf("transfer", nft, "transferFrom", deployer.address, other.address, ids[2]),
    Number(floorTransfer),
    10e6,
  );
  add(
    "transfer with nothing to settle",
    await gasOf("transfer", nft.connect(other) as Contract, "transferFrom", other.address, deployer.address, ids[2]),
    Number(floorTransfer),
    null,
  );
  add("claimCredit", await gasOf("claimCredit", nft, "claimCredit", deployer.address), null, null);
  await devnet.advance(10);
  add(
    "withdrawToOwner, beyond its sync",
    await gasBeyondSync("withdrawToOwner", vault, "withdrawToOwner", () => [FIL]),
    Number(floorWithdraw),
    null,
  );

  const earn = async (): Promise<void> => {
    await devnet.advance(A_WHILE);
    await sync();
    await harvest();
  };
  // The market
  const bench: Bench = {
    network: net,
    protocol,
    seller: deployer,
    earn,
    tell: async (label, receipt) => tell(label, await cidOf(receipt.hash)),
    add,
  };
  await measureMarket({ ...bench, buyer: other, ids: ids.slice(4, 9) });

  // Many NFTs
  let minted = few;
  while (minted < MANY) {
    let nonce = await provider.getTransactionCount(deployer.address, "pending");
    const sent: TransactionResponse[] = [];
    for (; sent.length < 20 && minted < MANY; minted++) {
      const overrides = { gasLimit: SYNC_GAS_LIMIT, nonce: nonce++ };
      sent.push((await nft.getFunction("mint")(request(4n, 40n), overrides)) as TransactionResponse);
    }
    for (const one of sent) await one.wait();
  }
  const total = (await nft.getFunction("minted")()) as bigint;
  const pages: ReportPage[] = [];
  for (let from = first + BigInt(few); from <= total; from += BigInt(PAGE)) {
    const ids = Array.from({ length: PAGE }, (_, i) => from + BigInt(i)).filter((id) => id <= total);
    pages.push({ minerId, ids, weights: ids.map(() => 40n) });
  }
  add(`applyPage, each NFT of ${PAGE}, first weight`, (await gasOfPages(pages)) / BigInt(PAGE), null, 4e6);
  await devnet.advance(A_WHILE);
  add(`sync, ${MANY} living NFTs`, await sync(), null, 45e6);
  await harvest();
  await devnet.advance(A_WHILE);
  await sync();
  add(
    `harvest alone, ${MANY} living NFTs`,
    await harvest(),
    Number(floorWithdraw),
    Math.floor(Number(harvestOne) * 1.02),
  );
  // half of them, so that there is more than one page to measure
  const changed = pages.slice(0, pages.length / 2).map((page) => ({ ...page, weights: page.ids.map(() => 39n) }));
  add(`applyPage, each NFT of ${PAGE}, changed weight`, (await gasOfPages(changed)) / BigInt(PAGE), null, 4e6);
  add(`claim of one NFT of ${MANY}`, await gasOf("claim", nft, "claim", [first], deployer.address), null, null);
  add(
    `transfer with settlement, ${MANY} living NFTs`,
    await gasOf("transfer", nft, "transferFrom", deployer.address, fresh, ids[3]),
    null,
    null,
  );
  add(
    `mint of 32 sectors beyond its sync, ${MANY} living`,
    await gasBeyondSync("mint", nft, "mint", () => [request(32n, 40n)]),
    null,
    null,
  );

  // A joint mining pool
  const machine = ((await nft.getFunction("minted")()) as bigint) + 1n;
  const lasting = expiry + BigInt(2 * GRID);
  const guaranteed = [minerId, [[sector, 32n]], OTHERS, lasting, 500, 0, 500, deployer.address, GUARANTEE];
  sector += 32n;
  await lotus.send({ from: devnet.faucet, to: miner, value: COVER });
  await sendTo(nft, "mint", guaranteed, { gasLimit: GAS_LIMIT });
  await attest(net, oracle, { minerId, ids: [machine], weights: [OTHERS] });
  await measurePool({ ...bench, joiner: other, id: machine });
}
