import { Address, type SectorRange, toBitfield, fromBitfield } from "../../lib/index.ts";
import type { EmbeddedFilecoin } from "../chain/EmbeddedFilecoin.ts";
import type { PowerView, SectorView } from "../chain/Explorer.ts";
import type { Actors } from "./Actors.ts";
import { type CidJson, cidOf } from "./cid.ts";
import { type Method, address, bitfield, epoch, method, sectorNumber, tipsetKey } from "./params.ts";
import { RpcCode, RpcError } from "./RpcError.ts";
import type { Tipsets } from "./Tipsets.ts";

/** Proof types of 32 GiB sectors. */
const WINDOW_POST_PROOF = 13;
const SEAL_PROOF = 8;
const PARTITION_SECTORS = 2349;
const DEADLINES = 48n;
const DEADLINE = 60n;
const PROVING_PERIOD = DEADLINES * DEADLINE;
const CHALLENGE_LOOKBACK = 20n;
const FAULT_CUTOFF = 70n;
const NOBODY = -1;
/** Verified deals count ten times: nine more than the sector itself. */
const VERIFIED_SURPLUS = 9n;

export function minerMethods(chain: EmbeddedFilecoin, tipsets: Tipsets, actors: Actors): (readonly [string, Method])[] {
  const { explorer } = chain;
  const minerAt = async (miner: Address, key: readonly CidJson[]): Promise<{ id: bigint; block: bigint }> => {
    const block = await tipsets.stateBlock(key);
    const { id } = await actors.findKind(miner, "storageminer", "miner", block);
    return { id, block };
  };
  const sectorsAt = async (miner: Address, key: readonly CidJson[]): Promise<readonly SectorView[]> => {
    const { id, block } = await minerAt(miner, key);
    return explorer.sectors(id, block);
  };
  const sectorAt = async (miner: Address, sector: bigint, key: readonly CidJson[]): Promise<SectorView | undefined> =>
    (await sectorsAt(miner, key)).find(({ number }) => number === sector);

  return [
    method("Filecoin.StateMinerInfo", [address, tipsetKey], async (miner, key) => {
      const { id, block } = await minerAt(miner, key);
      const info = await explorer.miner(id, block);
      const { beneficiary, change } = info;
      return {
        Owner: idText(info.owner),
        Worker: idText(info.worker),
        NewWorker: "<empty>",
        ControlAddresses: info.controls.length === 0 ? null : info.controls.map(idText),
        WorkerChangeEpoch: NOBODY,
        PeerId: null,
        Multiaddrs: null,
        WindowPoStProofType: WINDOW_POST_PROOF,
        SectorSize: Number(info.sectorSize),
        WindowPoStPartitionSectors: PARTITION_SECTORS,
        ConsensusFaultElapsed: NOBODY,
        PendingOwnerAddress: info.ownerChanging ? idText(info.pendingOwner) : null,
        Beneficiary: idText(beneficiary.id),
        BeneficiaryTerm: {
          Quota: String(beneficiary.quota),
          UsedQuota: String(beneficiary.used),
          Expiration: Number(beneficiary.expiration),
        },
        PendingBeneficiaryTerm: change.exists
          ? {
              NewBeneficiary: idText(change.id),
              NewQuota: String(change.quota),
              NewExpiration: Number(change.expiration),
              ApprovedByBeneficiary: change.approvedByBeneficiary,
              ApprovedByNominee: change.approvedByNominee,
            }
          : null,
      };
    }),

    method("Filecoin.StateMinerPower", [address, tipsetKey], async (miner, key) => {
      const block = await tipsets.stateBlock(key);
      const claim = await explorer.claim(await actors.idOf(miner, block), block);
      return {
        MinerPower: powerJson(claim),
        TotalPower: powerJson(await explorer.networkPower(block)),
        HasMinPower: claim.raw > 0n,
      };
    }),

    method("Filecoin.StateMinerAvailableBalance", [address, tipsetKey], async (miner, key) => {
      const { id, block } = await minerAt(miner, key);
      return String((await explorer.miner(id, block)).available);
    }),

    method("Filecoin.StateMinerSectors", [address, bitfield, tipsetKey], async (miner, filter, key) => {
      const sectors = await sectorsAt(miner, key);
      if (filter === null || filter === undefined) return sectors.map(sectorJson);
      return numbersOf(fromBitfield(filter)).map((wanted) => {
        const found = sectors.find(({ number }) => number === wanted);
        if (found === undefined) {
          throw new RpcError(RpcCode.failed, `failed to load sectors: can't find sector ${wanted}`);
        }
        return sectorJson(found);
      });
    }),

    method("Filecoin.StateMinerActiveSectors", [address, tipsetKey], async (miner, key) =>
      (await sectorsAt(miner, key)).filter(isActive).map(sectorJson),
    ),

    method("Filecoin.StateSectorGetInfo", [address, sectorNumber, tipsetKey], async (miner, number, key) => {
      const sector = await sectorAt(miner, number, key);
      return sector === undefined ? null : sectorJson(sector);
    }),

    method("Filecoin.StateSectorExpiration", [address, sectorNumber, tipsetKey], async (miner, number, key) => {
      const sector = await sectorAt(miner, number, key);
      if (sector === undefined) throw new RpcError(RpcCode.failed, `sector ${number} not found`);
      return { OnTime: Number(sector.expiration), Early: 0 };
    }),

    method("Filecoin.StateSectorPartition", [address, sectorNumber, tipsetKey], async (miner, number, key) => {
      const sector = await sectorAt(miner, number, key);
      if (sector === undefined) throw new RpcError(RpcCode.failed, `could not find sector ${number}`);
      return { Deadline: Number(sector.deadline), Partition: Number(sector.partition) };
    }),

    method("Filecoin.StateMinerSectorCount", [address, tipsetKey], async (miner, key) => {
      const sectors = await sectorsAt(miner, key);
      return {
        Live: sectors.filter(isLive).length,
        Active: sectors.filter(isActive).length,
        Faulty: sectors.filter(isFaulty).length,
      };
    }),

    method("Filecoin.StateMinerFaults", [address, tipsetKey], async (miner, key) =>
      bits((await sectorsAt(miner, key)).filter(isFaulty)),
    ),

    // A recovery is proven at once here, so nothing is ever on its way back.
    method("Filecoin.StateMinerRecoveries", [address, tipsetKey], async (miner, key) => {
      await minerAt(miner, key);
      return bits([]);
    }),

    method("Filecoin.StateMinerPartitions", [address, epoch, tipsetKey], async (miner, deadline, key) => {
      if (deadline < 0n || deadline >= DEADLINES) {
        throw new RpcError(RpcCode.failed, `invalid deadline index ${deadline}`);
      }
      const sectors = (await sectorsAt(miner, key)).filter((sector) => sector.deadline === deadline);
      const partitions = Math.max(0, ...sectors.map(({ partition }) => Number(partition) + 1));
      if (partitions === 0) return null;
      return Array.from({ length: partitions }, (_, i) => {
        const all = sectors.filter(({ partition }) => partition === BigInt(i));
        return {
          AllSectors: bits(all),
          FaultySectors: bits(all.filter(isFaulty)),
          RecoveringSectors: bits([]),
          LiveSectors: bits(all.filter(isLive)),
          ActiveSectors: bits(all.filter(isActive)),
        };
      });
    }),

    method("Filecoin.StateMinerDeadlines", [address, tipsetKey], async (miner, key) => {
      await minerAt(miner, key);
      return Array.from({ length: Number(DEADLINES) }, () => ({
        PostSubmissions: [0],
        DisputableProofCount: 0,
        DailyFee: "0",
      }));
    }),

    method("Filecoin.StateMinerProvingDeadline", [address, tipsetKey], async (miner, key) => {
      const { id, block } = await minerAt(miner, key);
      const now = key.length === 0 ? await tipsets.headHeight() : tipsets.heightOf(key);
      const { provingPeriodStart } = await explorer.miner(id, block);
      const into = (((now - provingPeriodStart) % PROVING_PERIOD) + PROVING_PERIOD) % PROVING_PERIOD;
      const start = now - into;
      const open = start + (into / DEADLINE) * DEADLINE;
      return {
        CurrentEpoch: Number(now),
        PeriodStart: Number(start),
        Index: Number(into / DEADLINE),
        Open: Number(open),
        Close: Number(open + DEADLINE),
        Challenge: Number(open - CHALLENGE_LOOKBACK),
        FaultCutoff: Number(open - FAULT_CUTOFF),
        WPoStPeriodDeadlines: Number(DEADLINES),
        WPoStProvingPeriod: Number(PROVING_PERIOD),
        WPoStChallengeWindow: Number(DEADLINE),
        WPoStChallengeLookback: Number(CHALLENGE_LOOKBACK),
        FaultDeclarationCutoff: Number(FAULT_CUTOFF),
      };
    }),

    method("Filecoin.StateListMiners", [tipsetKey], async (key) =>
      (await explorer.miners(await tipsets.stateBlock(key))).map(idText),
    ),
  ];
}

function idText(id: bigint): string {
  return Address.fromId(id).toString();
}

function powerJson({ raw, qa }: PowerView): object {
  return { RawBytePower: String(raw), QualityAdjPower: String(qa) };
}

function isActive({ active }: SectorView): boolean {
  return active;
}

function isFaulty({ faulty }: SectorView): boolean {
  return faulty;
}

function isLive({ active, faulty }: SectorView): boolean {
  return active || faulty;
}

function bits(sectors: readonly SectorView[]): number[] {
  const ranges: { start: bigint; count: bigint }[] = [];
  for (const { number } of sectors) {
    const last = ranges.at(-1);
    if (last !== undefined && last.start + last.count === number) last.count += 1n;
    else ranges.push({ start: number, count: 1n });
  }
  return toBitfield(ranges);
}

const MAX_NAMED_SECTORS = 100_000n;

function numbersOf(ranges: readonly SectorRange[]): bigint[] {
  if (ranges.reduce((sum, { count }) => sum + count, 0n) > MAX_NAMED_SECTORS) {
    throw new RpcError(RpcCode.failed, `more than ${MAX_NAMED_SECTORS} sectors`);
  }
  return ranges.flatMap(({ start, count }) => Array.from({ length: Number(count) }, (_, i) => start + BigInt(i)));
}

function sectorJson(sector: SectorView): object {
  const duration = sector.expiration - sector.activation;
  const verified = ((sector.qa - sector.raw) * duration) / VERIFIED_SURPLUS;
  return {
    SectorNumber: Number(sector.number),
    SealProof: SEAL_PROOF,
    SealedCID: cidOf(new TextEncoder().encode(`sealed sector ${sector.number}`), "raw"),
    Activation: Number(sector.activation),
    Expiration: Number(sector.expiration),
    DealWeight: "0",
    VerifiedDealWeight: String(verified),
    InitialPledge: String(sector.pledge),
    ExpectedDayReward: null,
    ExpectedStoragePledge: null,
    PowerBaseEpoch: Number(sector.activation),
    ReplacedDayReward: null,
    SectorKeyCID: null,
    Flags: 1,
    DailyFee: "0",
  };
}
