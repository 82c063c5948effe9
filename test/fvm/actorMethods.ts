/** The methods that the contracts have codecs for: how their parameters and answers read, decoded independently. */
import {
  amountBytes,
  amountOf,
  decode,
  encode,
  idBytes,
  idOf,
  Malformed,
  toBytes,
  toHex,
  type Item,
} from "./strictCbor.ts";
import { decodeTable, readTable } from "./vestingReference.ts";

export interface ActorMethod {
  /** The function of the harness. */
  name: string;
  /** One that returns the exit code instead of reverting. */
  tryName?: string;
  readOnly: boolean;
  /** The arguments for a target and parameters, or an error if the codec would never write such parameters. */
  args(target: bigint, params: string): unknown[];
  /** What the answer says, or an error if it is malformed. */
  values(answer: string): unknown[];
}

const LEAST_INT64 = -(1n << 63n);

function array(item: Item | undefined, length: number): Item[] {
  if (!Array.isArray(item) || item.length !== length) throw new Malformed(`not an array of ${length}`);
  return item;
}

function bool(item: Item | undefined): boolean {
  if (typeof item !== "boolean") throw new Malformed("not a boolean");
  return item;
}

function int64(item: Item | undefined): bigint {
  if (typeof item !== "bigint" || item < LEAST_INT64 || item >= -LEAST_INT64) throw new Malformed("not an int64");
  return item;
}

function signedAmount(item: Item | undefined): bigint {
  if (item === undefined) throw new Malformed("nothing there");
  const value = amountOf(item);
  if (value >= 1n << 255n || value <= -(1n << 255n)) throw new Malformed("more than 255 bits");
  return value;
}

function amount(item: Item | undefined): bigint {
  if (item === undefined) throw new Malformed("nothing there");
  const value = amountOf(item);
  if (value < 0n) throw new Malformed("negative");
  return value;
}

function id(item: Item | undefined): bigint {
  if (item === undefined) throw new Malformed("nothing there");
  return idOf(item);
}

function whole(hex: string): Item {
  return decode(toBytes(hex));
}

function unsigned(item: Item | undefined): bigint {
  if (typeof item !== "bigint" || item < 0n) throw new Malformed("not unsigned");
  return item;
}

function none(params: string): [] {
  if (params !== "0x") throw new Malformed("parameters where there are none");
  return [];
}

export const VESTING_ARGS = [0n, 20_000n, 24_000n] as const;

function withdrawalArgs(target: bigint, params: string): unknown[] {
  return [target, amount(array(whole(params), 1)[0])];
}

/** By method number. */
export const ACTOR_METHODS = new Map<bigint, ActorMethod>([
  [
    3275365574n,
    {
      name: "getOwnerAndPending",
      readOnly: true,
      args: (target, params) => [target, ...none(params)],
      values(answer) {
        const [owner, pending] = array(whole(answer), 2);
        return [id(owner), pending !== null, pending === null ? 0n : id(pending)];
      },
    },
  ],
  [
    4158972569n,
    {
      name: "getBeneficiary",
      readOnly: true,
      args: (target, params) => [target, ...none(params)],
      values(answer) {
        const [active, pending] = array(whole(answer), 2);
        const [who, term] = array(active, 2);
        const [quota, used, expiration] = array(term, 3);
        const now = [id(who), amount(quota), amount(used), int64(expiration)];
        if (pending === null) return [[...now, false, 0n, 0n, 0n, false, false]];
        const [nominee, newQuota, newExpiration, byBeneficiary, byNominee] = array(pending, 5);
        const proposed = [id(nominee), amount(newQuota), int64(newExpiration), bool(byBeneficiary), bool(byNominee)];
        return [[...now, true, ...proposed]];
      },
    },
  ],
  [
    4026106874n,
    {
      name: "getAvailableBalance",
      readOnly: true,
      args: (target, params) => [target, ...none(params)],
      values: (answer) => [signedAmount(whole(answer))],
    },
  ],
  [
    1726876304n,
    {
      name: "readVestingTable",
      readOnly: true,
      args: (target, params) => [target, ...none(params), ...VESTING_ARGS],
      values: (answer) => [readTable(decodeTable(toBytes(answer)), ...VESTING_ARGS)],
    },
  ],
  [
    3180523767n,
    {
      name: "initialPledge",
      readOnly: true,
      args: (target, params) => [target, ...none(params)],
      values: (answer) => [amount(whole(answer))],
    },
  ],
  [
    4127382196n,
    {
      name: "maxTerminationFee",
      readOnly: true,
      args(target, params) {
        const [power, pledge] = array(whole(params), 2);
        return [target, amount(power), amount(pledge)];
      },
      values: (answer) => [amount(whole(answer))],
    },
  ],
  [
    348244887n,
    {
      name: "isControllingAddress",
      readOnly: true,
      args: (target, params) => [target, id(whole(params))],
      values: (answer) => [bool(whole(answer))],
    },
  ],
  [
    3010055991n,
    {
      name: "getNominalSectorExpiration",
      tryName: "tryGetNominalSectorExpiration",
      readOnly: true,
      args: (target, params) => [target, unsigned(whole(params))],
      values: (answer) => [int64(whole(answer))],
    },
  ],
  [
    3092458564n,
    {
      name: "validateSectorStatus",
      tryName: "tryValidateSectorStatus",
      readOnly: true,
      args(target, params) {
        const [sector, status, aux] = array(whole(params), 3);
        if (!(aux instanceof Uint8Array)) throw new Malformed("aux is not a byte string");
        return [target, unsigned(sector), unsigned(status), toHex(aux)];
      },
      values: (answer) => [bool(whole(answer))],
    },
  ],
  [
    36284446n,
    {
      name: "minerPower",
      tryName: "tryMinerPower",
      readOnly: true,
      args: (_, params) => [unsigned(whole(params))],
      values(answer) {
        const [raw, qa] = array(whole(answer), 2);
        return [amount(raw), amount(qa)];
      },
    },
  ],
  [
    2643134072n,
    {
      name: "authenticateMessage",
      readOnly: true,
      args(target, params) {
        const [signature, message] = array(whole(params), 2);
        if (!(signature instanceof Uint8Array && message instanceof Uint8Array))
          throw new Malformed("not byte strings");
        return [target, toHex(signature), toHex(message)];
      },
      values: (answer) => [bool(whole(answer))],
    },
  ],
  [
    2280458852n,
    {
      name: "withdrawBalance",
      tryName: "tryWithdrawBalance",
      readOnly: false,
      args: withdrawalArgs,
      values: (answer) => [amount(whole(answer))],
    },
  ],
  [
    1570634796n,
    {
      name: "changeBeneficiary",
      readOnly: false,
      args(target, params) {
        const [nominee, quota, expiration] = array(whole(params), 3);
        return [target, id(nominee), amount(quota), int64(expiration)];
      },
      values(answer) {
        if (answer !== "0x") throw new Malformed("an answer where there is none");
        return [];
      },
    },
  ],
]);

/** The parameters of ChangeBeneficiary. */
export function beneficiaryParams(nominee: bigint, quota: bigint, expiration: bigint): string {
  return toHex(encode([idBytes(nominee), amountBytes(quota), expiration]));
}
