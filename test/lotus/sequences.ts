import { Interface } from "ethers";

import { callInput, probeArtifact } from "../filecoin/probe.ts";
import { encodeAmount, encodeCbor } from "./cbor.ts";
import { FIL, f410Bytes, idBytes } from "./lotus.ts";
import { Random } from "./random.ts";

/** The actors of one sequence, by id. Accounts are shared by many sequences; the others are its own. */
export interface Cast {
  miner: bigint;
  /** A contract that calls actors with whatever it is given. */
  probe: bigint;
  probeAddress: string;
  multisig: bigint;
  /** Signers of the multisig that a proposal needs. */
  threshold: bigint;
  /** The first owner: `first`, or the multisig. */
  owner: bigint;
  /** The multisig's signers. */
  first: bigint;
  second: bigint;
  /** Somebody else. */
  third: bigint;
  /** The raw address of an f1 or f3 account. */
  thirdAddress: Uint8Array;
  /** An Ethereum address that nobody has used. */
  stranger: string;
  /** An epoch that comes between the two parts of the sequence. */
  soon: bigint;
}

/** A native message of an account. */
export interface Step {
  label: string;
  from: bigint;
  to: bigint;
  method: bigint;
  value: bigint;
  params: Uint8Array;
}

/** What happens before and after `soon`. */
export interface Sequence {
  before: Step[];
  after: Step[];
}

const INVOKE_EVM = 3844450837n;
const MINER = {
  withdraw: [16n, 2280458852n],
  changeOwner: [23n, 1010589339n],
  changeBeneficiary: [30n, 1570634796n],
  repayDebt: [22n, 3665352697n],
  isControllingAddress: 348244887n,
  maxTerminationFee: 4127382196n,
  sectorLocation: 1321604665n,
  sectorStatus: 3092458564n,
  sectorExpiration: 3010055991n,
  getters: {
    GetOwner: 3275365574n,
    GetBeneficiary: 4158972569n,
    GetAvailableBalance: 4026106874n,
    GetVestingFunds: 1726876304n,
    GetSectorSize: 3858292296n,
    InitialPledge: 3180523767n,
  },
} as const;
const POWER = { minerPower: 36284446n, minerRawPower: 3753401894n };
const AUTHENTICATE = 2643134072n;
const MISSING = 99_999_999n;
const FAR = 100_000_000n;
const QUOTAS = [0n, 1n, 3n * FIL, 5n * FIL, 10n ** 12n * FIL, -FIL];
const AMOUNTS = [0n, 1n, FIL, 4n * FIL, 30n * FIL, 10n ** 9n * FIL, -FIL, 2n ** 128n];
const GARBAGE = [
  "",
  "80",
  "8140",
  "820000",
  "834200664000f6",
  "ff",
  "9f",
  "a0",
  "f6",
  "1b",
  "81f4",
  "58",
  "5820",
  "8200",
];
/** What anybody may say with parameters that are among those: the answer goes by the deadline of the moment. */
const DISPUTE_WINDOWED_POST = { method: 24n, params: "820000" };
const STEPS = 6;
/** Messages may use the miner actor's methods 1 to this one, and one more number that nobody knows. */
const MINER_METHODS = 39;

/** Who may send: an account, the multisig (through a signer) or the contract. */
type Role = "owner" | "first" | "second" | "third" | "multisig" | "probe";

/** Makes the same sequence for the same seed and cast. */
export function makeSequence(seed: number, cast: Cast): Sequence {
  return new Writer(new Random(seed), cast).write();
}

class Writer {
  readonly #random: Random;
  readonly #cast: Cast;
  readonly #probe: Interface = probeArtifact().abi;
  readonly #steps: Step[] = [];
  /** What the writer believes, so that many calls make sense. */
  #owner: bigint;
  #nextOwner: bigint | undefined;
  #proposal: Buffer | undefined;
  #nominee: Role = "probe";
  #transactions = 0n;

  constructor(random: Random, cast: Cast) {
    this.#random = random;
    this.#cast = cast;
    this.#owner = cast.owner;
  }

  write(): Sequence {
    const part = (): Step[] => {
      const limit = 2 + this.#random.below(STEPS);
      while (this.#steps.length < limit) this.#write();
      return this.#steps.splice(0);
    };
    return { before: part(), after: part() };
  }

  #write(): void {
    const kinds: [number, () => void][] = [
      [18, () => this.#propose()],
      [18, () => this.#approve()],
      [5, () => this.#takeBack()],
      [18, () => this.#withdraw()],
      [9, () => this.#changeOwner()],
      [8, () => this.#topUp()],
      [16, () => this.#read()],
      [6, () => this.#send()],
      [5, () => this.#nonsense()],
      [5, () => this.#badParams()],
      [5, () => this.#otherActors()],
      [6, () => this.#multisig()],
    ];
    let at = this.#random.next() * kinds.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, write] of kinds) {
      at -= weight;
      if (at < 0) return write();
    }
  }

  // WHO SENDS

  #id(role: Role): bigint {
    return role === "owner" ? this.#owner : this.#cast[role];
  }

  #role(favourite: Role): Role {
    return this.#random.chance(0.75)
      ? favourite
      : this.#random.pick(["owner", "first", "second", "third", "multisig", "probe"] as const);
  }

  #by(role: Role, label: string, to: bigint, method: bigint, params: Uint8Array, value = 0n): void {
    const id = this.#id(role);
    const { first, second, multisig, probe, threshold } = this.#cast;
    const said = `${role}: ${label}`;
    if (id === multisig) {
      const proposal = encodeCbor([idBytes(to), encodeAmount(value), method, params]);
      this.#push({ label: `${said} (proposed)`, from: first, to: multisig, method: 2n, value: 0n, params: proposal });
      if (threshold === 2n && this.#random.chance(0.85)) {
        const approval = encodeCbor([this.#transactions, Buffer.alloc(0)]);
        this.#push({
          label: `${said} (approved)`,
          from: second,
          to: multisig,
          method: 3n,
          value: 0n,
          params: approval,
        });
      }
      this.#transactions++;
    } else if (id === probe) {
      this.#ask(said, to, method, params, { value });
    } else {
      this.#push({ label: said, from: id, to, method, value, params });
    }
  }

  #ask(
    label: string,
    to: bigint | string,
    method: bigint,
    params: Uint8Array,
    options: { value?: bigint; flags?: bigint; codec?: bigint } = {},
  ): void {
    const input = callInput(to, method, `0x${Buffer.from(params).toString("hex")}`, options);
    const calldata = this.#probe.encodeFunctionData("ask", input);
    this.#push({
      label: `contract asks: ${label}`,
      from: this.#cast.third,
      to: this.#cast.probe,
      method: INVOKE_EVM,
      value: 0n,
      params: encodeCbor(Buffer.from(calldata.slice(2), "hex")),
    });
  }

  #push(step: Step): void {
    this.#steps.push(step);
  }

  /** The number for messages, or the one that contracts use: messages may use both. */
  #number([native, exported]: readonly [bigint, bigint], role: Role): bigint {
    return this.#id(role) === this.#cast.probe || this.#random.chance(0.15) ? exported : native;
  }

  #address(role: Role): Uint8Array {
    if (role === "probe" && this.#random.chance(0.5)) return f410Bytes(this.#cast.probeAddress);
    if (role === "third" && this.#random.chance(0.3)) return this.#cast.thirdAddress;
    return idBytes(this.#id(role));
  }

  // WHAT IS SENT

  #propose(): void {
    const nominee = this.#random.chance(0.65) ? "probe" : this.#random.pick(["third", "owner", "multisig"] as const);
    const odd = this.#random.chance(0.08);
    const address = odd ? idBytes(this.#random.pick([MISSING, this.#cast.miner, 4n])) : this.#address(nominee);
    const quota = this.#random.chance(0.6) ? 10n ** 12n * FIL : this.#random.pick(QUOTAS);
    const expiration = this.#random.chance(0.5)
      ? FAR
      : this.#random.pick([this.#cast.soon, this.#cast.soon, 0n, 5n, -1n]);
    const params = encodeCbor([address, encodeAmount(quota), expiration]);
    const role = this.#role("owner");
    const label = `propose ${odd ? "an odd actor" : nominee}, quota ${quota}, expiration ${expiration}`;
    this.#by(role, label, this.#cast.miner, this.#number(MINER.changeBeneficiary, role), params);
    [this.#proposal, this.#nominee] = [params, nominee];
    if (this.#random.chance(0.6)) this.#approve();
  }

  #approve(): void {
    if (this.#proposal === undefined) return this.#propose();
    const params = Buffer.from(this.#proposal);
    const wrong = this.#random.chance(0.12);
    if (wrong) params.writeUInt8((params.readUInt8(params.length - 1) + 1) % 24, params.length - 1);
    const role = this.#role(this.#nominee);
    const label = `repeat the proposal${wrong ? " wrongly" : ""}`;
    this.#by(role, label, this.#cast.miner, this.#number(MINER.changeBeneficiary, role), params);
  }

  #takeBack(): void {
    const params = encodeCbor([idBytes(this.#owner), encodeAmount(0n), 0n]);
    const role = this.#role("owner");
    this.#by(role, "propose the owner", this.#cast.miner, this.#number(MINER.changeBeneficiary, role), params);
    [this.#proposal, this.#nominee] = [params, "owner"];
    if (this.#random.chance(0.5)) {
      const approver = this.#role("probe");
      const method = this.#number(MINER.changeBeneficiary, approver);
      this.#by(approver, "repeat the proposal of the owner", this.#cast.miner, method, params);
    }
  }

  #withdraw(): void {
    const amount = this.#random.pick(AMOUNTS);
    const role = this.#role(this.#random.pick(["probe", "probe", "owner"] as const));
    const params = encodeCbor([encodeAmount(amount)]);
    this.#by(role, `withdraw ${amount}`, this.#cast.miner, this.#number(MINER.withdraw, role), params);
  }

  #changeOwner(): void {
    const { miner, second, multisig, third } = this.#cast;
    const target = this.#random.chance(0.8) ? this.#random.pick([second, multisig, third]) : MISSING;
    const by = (role: Role, label: string, address: Uint8Array): void =>
      this.#by(role, label, miner, this.#number(MINER.changeOwner, role), encodeCbor(address));
    if (this.#nextOwner !== undefined && this.#random.chance(0.6)) {
      const next = this.#nextOwner;
      const role: Role = next === multisig ? "multisig" : next === second ? "second" : "third";
      by(role, "accept to be the owner", idBytes(next));
      this.#owner = next;
      this.#nextOwner = undefined;
      return;
    }
    const role = this.#role("owner");
    if (this.#random.chance(0.1))
      return by(role, "make somebody the owner by f1 or f3 address", this.#cast.thirdAddress);
    if (this.#random.chance(0.1)) return by(role, "make the present owner the owner", idBytes(this.#owner));
    by(role, `make f0${target} the owner`, idBytes(target));
    if (target !== MISSING) this.#nextOwner = target;
    if (this.#random.chance(0.6)) this.#changeOwner();
  }

  #topUp(): void {
    const { miner } = this.#cast;
    const role = this.#random.pick(["first", "third", "probe", "multisig"] as const);
    const amount = this.#random.pick([0n, 1n, FIL / 3n, 2n * FIL]);
    this.#by(role, `pay ${amount} to the miner`, miner, 0n, Buffer.alloc(0), amount);
  }

  #read(): void {
    const { miner, owner, probe, third, second } = this.#cast;
    const flags = this.#random.chance(0.5) ? 1n : 0n;
    const ask = (label: string, method: bigint, params: Uint8Array = Buffer.alloc(0), to = miner): void =>
      this.#ask(label, to, method, params, { flags });
    const some = this.#random.pick([owner, probe, third, second, miner, MISSING]);
    const choice = this.#random.below(14);
    if (choice < 7) {
      const [name, method] = this.#random.pick(Object.entries(MINER.getters));
      return ask(name, method);
    }
    if (choice === 7) return ask("IsControllingAddress", MINER.isControllingAddress, encodeCbor(idBytes(some)));
    if (choice === 8) {
      const pledge = this.#random.pick([0n, 1n, FIL, 10n ** 30n, -1n]);
      const params = encodeCbor([encodeAmount(0n), encodeAmount(pledge)]);
      return ask(`MaxTerminationFee of no power, pledge ${pledge}`, MINER.maxTerminationFee, params);
    }
    if (choice === 9) return ask("GetNominalSectorExpiration", MINER.sectorExpiration, encodeCbor(7n));
    if (choice === 10) {
      const place = encodeCbor(this.#random.chance(0.5) ? [-1n, -1n] : [0n, 0n]);
      const status = BigInt(this.#random.below(4));
      return ask(`ValidateSectorStatus ${status}`, MINER.sectorStatus, encodeCbor([7n, status, place]));
    }
    if (choice === 11) return ask("GenerateSectorLocation", MINER.sectorLocation, encodeCbor([7n]));
    const power = this.#random.chance(0.5) ? POWER.minerPower : POWER.minerRawPower;
    return ask(`power of f0${some}`, power, encodeCbor(some), 4n);
  }

  #send(): void {
    const { third, probe, probeAddress, stranger, miner, multisig } = this.#cast;
    const value = this.#random.pick([0n, 1n, FIL, 10n ** 9n * FIL]);
    const flags = this.#random.chance(0.15) ? 1n : 0n;
    const ids: bigint[] = [third, probe, miner, multisig, MISSING];
    const raw = [f410Bytes(stranger), f410Bytes(probeAddress), idBytes(third), idBytes(MISSING)];
    if (this.#random.chance(0.5)) {
      const to = this.#random.pick(ids);
      return this.#ask(`send ${value} to f0${to}`, to, 0n, Buffer.alloc(0), { value, flags });
    }
    const to = `0x${this.#random.pick(raw).toString("hex")}`;
    this.#ask(`send ${value} to ${to}`, to, 0n, Buffer.alloc(0), { value, flags });
  }

  #nonsense(): void {
    const { miner, third, multisig } = this.#cast;
    if (this.#random.chance(0.3)) return this.#anyMinerMethod();
    const to = this.#random.pick([miner, miner, third, multisig, 4n]);
    const method = this.#random.pick([99n, 999n, 1024n, 5_000n, 1n << 24n, 4_000_000_000n, 1n << 40n]);
    const params = this.#random.chance(0.5) ? Buffer.alloc(0) : encodeCbor([1n]);
    const options = this.#random.pick([
      {},
      { flags: 1n },
      { flags: 2n },
      { codec: 0x55n },
      { codec: 0n },
      { value: 1n },
    ]);
    if (this.#random.chance(0.6)) return this.#ask(`method ${method} of f0${to}`, to, method, params, options);
    this.#by("third", `method ${method} of f0${to}`, to, method, params);
  }

  /** A message of the miner actor's own, by whom it does not suit, or framed badly. */
  #anyMinerMethod(): void {
    const method = BigInt(2 + this.#random.below(MINER_METHODS - 1));
    const params = Buffer.from(this.#random.pick(GARBAGE), "hex");
    if (method === DISPUTE_WINDOWED_POST.method && params.toString("hex") === DISPUTE_WINDOWED_POST.params) return;
    const label = `method ${method} of the miner, params ${params.toString("hex") || "none"}`;
    this.#by("third", label, this.#cast.miner, method, params);
  }

  #badParams(): void {
    const methods = [MINER.withdraw, MINER.changeOwner, MINER.changeBeneficiary];
    const reads = [MINER.isControllingAddress, MINER.maxTerminationFee, MINER.sectorStatus, MINER.sectorExpiration];
    const params = Buffer.from(this.#random.pick(GARBAGE), "hex");
    const label = `params ${params.toString("hex") || "none"}`;
    if (this.#random.chance(0.4)) {
      const method = this.#random.pick(reads);
      return this.#ask(`${label} for ${method}`, this.#cast.miner, method, params, { flags: 1n });
    }
    const role = this.#role(this.#random.pick(["owner", "probe"] as const));
    const method = this.#number(this.#random.pick(methods), role);
    this.#by(role, `${label} for ${method}`, this.#cast.miner, method, params);
  }

  #otherActors(): void {
    const { third, multisig, probe, first } = this.#cast;
    const to = this.#random.pick([third, first, multisig, probe, MISSING, 4n]);
    const methods = [...Object.values(MINER.getters), MINER.withdraw[1], MINER.changeBeneficiary[1], AUTHENTICATE];
    const method = this.#random.pick(methods);
    const params = this.#random.chance(0.6) ? Buffer.alloc(0) : encodeCbor([encodeAmount(FIL)]);
    this.#ask(`method ${method} of f0${to}`, to, method, params, { flags: this.#random.chance(0.5) ? 1n : 0n });
  }

  #multisig(): void {
    const { multisig, first, second, third, miner } = this.#cast;
    const from = this.#random.pick([first, second, third]);
    if (this.#random.chance(0.5)) {
      const value = this.#random.pick([0n, 1n, FIL, 10n ** 9n * FIL]);
      const params = encodeCbor([idBytes(miner), encodeAmount(value), 0n, Buffer.alloc(0)]);
      this.#push({ label: `f0${from} proposes to pay ${value}`, from, to: multisig, method: 2n, value: 0n, params });
      if (from !== third) this.#transactions++;
      return;
    }
    const transaction = this.#random.chance(0.8) ? this.#transactions - 1n : 7n;
    const params = encodeCbor([transaction < 0n ? 0n : transaction, Buffer.alloc(0)]);
    this.#push({ label: `f0${from} approves ${transaction}`, from, to: multisig, method: 3n, value: 0n, params });
  }
}
