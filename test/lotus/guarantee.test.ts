import { ok, strictEqual } from "node:assert/strict";

import type { Contract, Wallet } from "ethers";

import { decodeAmount, decodeCbor, encodeAmount, encodeCbor } from "./cbor.ts";
import { FIL, type Receipt, type TipSet, idOf } from "./lotus.ts";
import { type Network, startNetwork } from "./network.ts";
import { GRID, type Protocol, attest, deployOn, enrol, sendTo } from "./protocol.ts";

/** Epochs of a day. */
const DAY = 2_880;
/** Blocks that a message may take until it shows. */
const SETTLE = 3;
const MAX_TERMINATION_FEE = 4127382196;
/** Days of faults that a cover leaves room for. */
const FAULT_DAYS = 42n;
/** What each part of a guarantee may lose by rounding, attoFIL. */
const DUST = 10n;
/** QAP of a sector of this network (2 KiB, all of it verified deals), bytes. */
const SECTOR_QAP = 20_480n;
/** Sectors that back the NFT; the others keep the network going. */
const BACKING = 3;
const TOP_UP = 5_000n * FIL;
/** What the provider leaves uncommitted: fees follow the network's estimates, which move from block to block. */
const SPARE = 50n * FIL;

interface GuaranteeStatus {
  readonly promised: bigint;
  readonly remaining: bigint;
  readonly due: bigint;
  readonly payableNow: bigint;
  readonly paid: bigint;
}

/**
 * A guarantee on a real Lotus node with real actors: a fault, and an exit scam by termination. The cover is compared with
 * the node's own state. The steps build on each other; the first one that fails ends the story.
 */
describe("a guarantee on a real Lotus network (R-GUA)", function () {
  this.timeout(1_200_000);
  this.bail(true);

  let network: Network;
  let protocol: Protocol;
  let nft: Contract;
  let vault: Contract;
  let minerId: bigint;
  let sectors: number[];
  let id: bigint;
  const nominal = BigInt(BACKING) * SECTOR_QAP;

  const seller = (): Wallet => network.wallets[0] as Wallet;
  const view = async <T>(name: string, args: readonly unknown[], blockTag: number | "latest" = "latest"): Promise<T> =>
    (await nft.getFunction(name).staticCall(...args, { blockTag })) as T;
  const guarantee = (): Promise<GuaranteeStatus> => view("guaranteeOf", [id]);
  const refusal = async (amount: bigint): Promise<string> => {
    try {
      await vault.getFunction("withdrawToOwner").staticCall(amount);
      return "nothing";
    } catch (error) {
      const { data } = error as { data?: string };
      return (data === undefined ? null : vault.interface.parseError(data)?.name) ?? String(error);
    }
  };
  /** A report finds so much power; the epoch of its measuring. */
  const report = async (weight: bigint): Promise<bigint> => {
    await attest(network, protocol.oracle, { minerId, ids: [id], weights: [weight] });
    return (await view<{ lastSync: bigint }>("minerAccount", [minerId])).lastSync;
  };
  /** Two reports running find so much power; the epoch of the second one's measuring. */
  const attestTwice = async (weight: bigint): Promise<bigint> => {
    await report(weight);
    return report(weight);
  };
  /** The part of the guarantee that runs off in so many epochs. */
  const partOf = async (epochs: bigint): Promise<bigint> => {
    const { attestedAt, expiry } = await view<Record<"attestedAt" | "expiry", bigint>>("powerOf", [id]);
    return ((await guarantee()).promised * epochs) / (expiry - attestedAt);
  };
  /** What is minted on some sectors, by how much is promised. */
  const requests = async (backing: readonly number[]): Promise<(promised: bigint) => readonly unknown[]> => {
    const { Height } = await network.lotus.head();
    const expiry = BigInt(Math.ceil((Height + GRID) / GRID) * GRID + GRID);
    const runs = backing.map((sector) => [BigInt(sector), 1n]);
    const power = BigInt(backing.length) * SECTOR_QAP;
    return (promised) => [minerId, runs, power, expiry, 500, 0, 0, seller().address, promised];
  };
  const near = (actual: bigint, expected: bigint, what: string): void => {
    const off = actual > expected ? actual - expected : expected - actual;
    ok(off <= DUST, `${what}: ${actual} instead of ${expected}`);
  };

  before(async () => {
    network = await startNetwork(2, { blockTime: "100ms", sectors: 12 });
    const { lotus, devnet } = network;
    minerId = idOf(devnet.miner);
    sectors = await lotus.activeSectors(devnet.miner);
    protocol = await deployOn(network);
    ({ nft } = protocol);
    vault = await enrol(network, protocol, seller().address);
  });
  after(async () => {
    await network.stop();
  });

  it("is covered by what the node itself says that the miner holds (R-GUA-2)", async () => {
    const { lotus, devnet } = network;
    await lotus.send({ from: devnet.faucet, to: devnet.miner, value: TOP_UP });
    await devnet.advance(DAY);
    await sendTo(nft, "sync", minerId);
    // what a tipset calls its state is the state behind its parents, which is what eth_call shows for their height
    const head = await lotus.call<TipSet & { Blocks: { Parents: TipSet["Cids"] }[] }>("Filecoin.ChainHead");
    const parents = await lotus.call<TipSet>("Filecoin.ChainGetTipSet", head.Blocks[0]?.Parents);
    const { Balance, State } = await lotus.call<{
      Balance: string;
      State: Record<"PreCommitDeposits" | "FeeDebt" | "InitialPledge", string>;
    }>("Filecoin.StateReadState", devnet.miner, head.Cids);
    const { MinerPower } = await lotus.call<{ MinerPower: { QualityAdjPower: string } }>(
      "Filecoin.StateMinerPower",
      devnet.miner,
      head.Cids,
    );
    const feeOf = async (pledge: bigint): Promise<bigint> => {
      const params = encodeCbor([encodeAmount(BigInt(MinerPower.QualityAdjPower)), encodeAmount(pledge)]);
      const message = {
        From: "f00",
        To: devnet.miner,
        Value: "0",
        Method: MAX_TERMINATION_FEE,
        Params: params.toString("base64"),
      };
      const { MsgRct } = await lotus.call<{ MsgRct: Receipt }>("Filecoin.StateCall", message, head.Cids);
      return decodeAmount(decodeCbor(Buffer.from(MsgRct.Return ?? "", "base64")));
    };
    const perFault = ((await feeOf(0n)) * 100n + 104n) / 105n;
    const fees = (await feeOf(BigInt(State.InitialPledge))) + FAULT_DAYS * perFault;
    const held = BigInt(Balance) - BigInt(State.FeeDebt) - BigInt(State.PreCommitDeposits);
    const cover = await view<{ amount: bigint; remaining: bigint }>("coverOf", [minerId], parents.Height);
    strictEqual(cover.amount, held - fees);
    strictEqual(cover.remaining, 0n);
  });

  it("is promised as far as it is covered, and no further (R-GUA-2)", async () => {
    const request = await requests(sectors.slice(0, BACKING));
    const { amount } = await view<{ amount: bigint }>("coverOf", [minerId]);
    await nft.getFunction("mint").staticCall(request(amount - SPARE));
    let refused = "nothing";
    try {
      await nft.getFunction("mint").staticCall(request(2n * amount));
    } catch (error) {
      refused = nft.interface.parseError((error as { data: string }).data)?.name ?? String(error);
    }
    strictEqual(refused, "NotCovered");
    // a quarter: the rest of the cover is mostly rewards that vest over 180 days, and would be paid as they do
    await sendTo(nft, "mint", request(amount / 4n));
    id = await view("minted", []);
    const { promised, remaining } = await guarantee();
    strictEqual(promised, amount / 4n);
    strictEqual(remaining, promised);
  });

  it("runs off from the first attestation on, and owes nothing for what is delivered (R-GUA-1)", async () => {
    await report(nominal);
    await network.devnet.advance(DAY);
    await sendTo(nft, "sync", minerId);
    const { attestedAt } = await view<{ attestedAt: bigint }>("powerOf", [id]);
    const { lastSync } = await view<{ lastSync: bigint }>("minerAccount", [minerId]);
    const { promised, remaining, due } = await guarantee();
    near(remaining, promised - (await partOf(lastSync - attestedAt)), "remaining");
    strictEqual(due, 0n);
  });

  it("owes the missing third of each day on which a fault takes a third of the power (R-GUA-1)", async () => {
    const { lotus, devnet } = network;
    const before = await lotus.power(devnet.miner);
    await lotus.declareFault(devnet.miner, devnet.owner, await lotus.sectorPlace(devnet.miner, sectors[0] as number));
    await devnet.advance(SETTLE);
    strictEqual(before - (await lotus.power(devnet.miner)), SECTOR_QAP);
    const since = await attestTwice(nominal - SECTOR_QAP);
    await devnet.advance(DAY);
    await sendTo(nft, "sync", minerId);
    const { lastSync } = await view<{ lastSync: bigint }>("minerAccount", [minerId]);
    near((await guarantee()).due, (await partOf(lastSync - since)) / BigInt(BACKING), "due");
    await report(nominal);
  });

  it("is paid behind the income, in one harvest and one claim (R-LED-4)", async () => {
    const { owed: income } = await view<{ owed: bigint }>("minerAccount", [minerId]);
    const { owed } = await view<{ owed: bigint }>("guaranteesOf", [minerId]);
    ok(owed > 0n, "something is due");
    strictEqual(await nft.getFunction("harvest").staticCall(minerId), income + owed);
    await sendTo(nft, "harvest", minerId);
    const { due, payableNow } = await guarantee();
    strictEqual(payableNow, due);
    const payable = await view<bigint>("payableOf", [id]);
    const payee = network.wallets[1]?.address as string;
    const before = await network.provider.getBalance(payee);
    await sendTo(nft, "claim", [id], payee);
    await network.devnet.advance(SETTLE);
    strictEqual((await network.provider.getBalance(payee)) - before, payable + payableNow);
    strictEqual((await guarantee()).paid, due);
  });

  it("keeps from the owner what has to cover it, and nothing more (R-GUA-2)", async () => {
    await sendTo(nft, "sync", minerId); // what is owed to holders is no cover
    const cover = await view<{ amount: bigint; remaining: bigint }>("coverOf", [minerId]);
    const request = await requests(sectors.slice(BACKING, BACKING + 1));
    await sendTo(nft, "mint", request(cover.amount - cover.remaining - SPARE)); // all but a little is promised again
    ok((await network.lotus.availableBalance(network.devnet.miner)) > TOP_UP / 2n, "much is available");
    strictEqual(await refusal(TOP_UP / 2n), "NotCovered");
    const receipt = await sendTo(vault, "withdrawToOwner", FIL);
    const paid = receipt.logs.map((log) => vault.interface.parseLog(log)).find((log) => log?.name === "OwnerPaid");
    strictEqual(paid?.args["amount"], FIL);
  });

  it("makes the holder whole after an exit scam by termination (R-GUA-3)", async () => {
    const { lotus, devnet } = network;
    for (const sector of sectors.slice(0, BACKING)) {
      await lotus.terminate(devnet.miner, devnet.owner, await lotus.sectorPlace(devnet.miner, sector));
    }
    await devnet.advance(SETTLE);
    strictEqual(await refusal(TOP_UP / 2n), "NotCovered"); // no report has seen it yet
    const found = await report(0n);
    await report(0n); // confirms it
    const { attestedAt } = await view<{ attestedAt: bigint }>("powerOf", [id]);
    const status = await guarantee();
    ok(status.due - status.paid > (status.promised * 9n) / 10n, "nearly all of it was still to come");
    strictEqual(status.remaining, 0n);
    const left = status.promised - (await partOf(found - attestedAt));
    near(status.due - status.paid, left, "called");
    await sendTo(nft, "harvest", minerId);
    const payee = network.wallets[1]?.address as string;
    const before = await network.provider.getBalance(payee);
    const { payableNow, due, paid } = await guarantee();
    strictEqual(payableNow, due - paid);
    const payable = await view<bigint>("payableOf", [id]);
    await sendTo(nft, "claim", [id], payee);
    await devnet.advance(SETTLE);
    strictEqual((await network.provider.getBalance(payee)) - before, payable + payableNow);
    const { cash, liabilities } = await view<Record<"cash" | "liabilities", bigint>>("solvency", [minerId]);
    ok(cash >= liabilities, "cash >= liabilities");
  });
});
