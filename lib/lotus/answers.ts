import { z } from "zod";

import type { Address } from "../address/Address.ts";
import { parseAddress } from "../address/parseAddress.ts";
import { fromBase64 } from "../hex.ts";

/** What Lotus answers, with amounts and epochs as bigint, addresses parsed and bytes decoded. Names are Lotus' own. */
const address = z.string().transform((text, context): Address => {
  try {
    return parseAddress(text);
  } catch {
    context.addIssue({ code: "custom", message: `not an address: ${text}` });
    return z.NEVER;
  }
});

const amount = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);

const integer = z.int().transform(BigInt);

const bytes = z
  .union([z.base64(), z.null()])
  .transform((text) => (text === null ? new Uint8Array(0) : fromBase64(text)));

/** Lotus writes empty lists as null. */
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullable()
    .transform((items) => items ?? []);

export const cid = z.object({ "/": z.string() });
export const tipset = z.object({
  Cids: z.array(cid).min(1),
  Blocks: z
    .array(z.object({ Miner: z.string(), Timestamp: integer, ParentStateRoot: cid, ParentBaseFee: amount }))
    .min(1),
  Height: integer,
});

const term = z.object({ Quota: amount, UsedQuota: amount, Expiration: integer });
const pendingTerm = z.object({
  NewBeneficiary: address,
  NewQuota: amount,
  NewExpiration: integer,
  ApprovedByBeneficiary: z.boolean(),
  ApprovedByNominee: z.boolean(),
});

export const minerInfo = z.object({
  Owner: address,
  Worker: address,
  ControlAddresses: list(address),
  SectorSize: integer,
  PendingOwnerAddress: address.nullable(),
  Beneficiary: address,
  BeneficiaryTerm: term.nullable(),
  PendingBeneficiaryTerm: pendingTerm.nullable(),
});

const claim = z.object({ RawBytePower: amount, QualityAdjPower: amount });
export const minerPower = z.object({ MinerPower: claim, TotalPower: claim, HasMinPower: z.boolean() });

export const actor = z.object({
  Code: cid,
  Head: cid,
  Nonce: integer,
  Balance: amount,
  DelegatedAddress: address.nullish(),
});

export const actorState = z.object({ Balance: amount, Code: cid, State: z.unknown() });

export const sector = z.object({
  SectorNumber: integer,
  Activation: integer,
  Expiration: integer,
  VerifiedDealWeight: amount,
  InitialPledge: amount,
  PowerBaseEpoch: integer,
});

export const sectorCount = z.object({ Live: integer, Active: integer, Faulty: integer });

/** Run lengths, of which there may be millions: looked at one by one, not parsed. */
const bitfield = z.custom<number[]>(
  (runs) => Array.isArray(runs) && runs.every((run) => Number.isSafeInteger(run) && Number(run) >= 0),
  "not the lengths of runs",
);
export const partition = z.object({
  AllSectors: bitfield,
  FaultySectors: bitfield,
  RecoveringSectors: bitfield,
  LiveSectors: bitfield,
  ActiveSectors: bitfield,
});

const receipt = z.object({ ExitCode: integer, Return: bytes, GasUsed: integer });
export const messageLookup = z.object({ Message: cid, Receipt: receipt, Height: integer });
export const signedMessage = z.object({ CID: cid, Message: z.object({ Nonce: integer, From: address, To: address }) });
export const gasEstimate = z.object({ GasLimit: integer, GasFeeCap: amount, GasPremium: amount });
export const invocation = z.object({ MsgRct: receipt, Error: z.string() });

export const version = z.object({ Version: z.string() });

export { address, amount, bytes, integer, list };

export type Cid = z.output<typeof cid>;
export type Tipset = z.output<typeof tipset>;
export type MinerInfo = z.output<typeof minerInfo>;
export type PendingBeneficiaryTerm = z.output<typeof pendingTerm>;
export type MinerPower = z.output<typeof minerPower>;
export type Actor = z.output<typeof actor>;
export type ActorState = z.output<typeof actorState>;
export type Sector = z.output<typeof sector>;
export type SectorCount = z.output<typeof sectorCount>;
export type Partition = z.output<typeof partition>;
export type MessageLookup = z.output<typeof messageLookup>;
export type SignedMessage = z.output<typeof signedMessage>;
export type Invocation = z.output<typeof invocation>;
export type GasEstimate = z.output<typeof gasEstimate>;
export type Version = z.output<typeof version>;
