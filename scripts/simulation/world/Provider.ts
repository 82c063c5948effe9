import { ATTO_PER_FIL, EPOCHS_PER_DAY, gridAround } from "../../../lib/index.ts";
import { maskedAddress } from "../../../test/filecoin/index.ts";
import { proposeVault } from "../../../test/support/beneficiary.ts";
import { GiB } from "../../../test/support/units.ts";
import type { MinerVault } from "../../../types/ethers-contracts/index.ts";
import type { Dice } from "./Dice.ts";
import type { Mood } from "./timetable.ts";
import type { World } from "./World.ts";

/** Sectors of a miner: 32 GiB of verified deals, which count ten times. */
export const SECTORS = 200;
export const SECTOR_QAP = 320n * GiB;
/** What the network expects of a sector for a day in the beginning, attoFIL. */
export const PER_SECTOR_DAY = ATTO_PER_FIL / 2n;
const PLEDGE = 125n * ATTO_PER_FIL;
/** What a miner holds beside its pledge. */
const FREE = 5_000n * ATTO_PER_FIL;
/** Sectors last longer than any NFT on them. */
const SECTOR_LIFE = 2_600n * EPOCHS_PER_DAY;
/** Blocks that a miner wins in a day, in the mean, while all of its power is there. */
const WINS_A_DAY = 5;
/** Block rewards of so many days are in the vesting table when the story begins. */
export const PAST_DAYS = 150n;

/** Sectors of an NFT, and its term in days. */
const SIZES = [6, 12] as const;
const TERMS = [300, 540] as const;
/** Of its power, a provider sells so much at most. */
const MOST_SOLD = 0.6;
/** What is guaranteed, of the income that is expected for the whole term. */
const GUARANTEE_PERCENT = 85n;
/** The pool bids in full for what was measured for 30 days: nobody lists before. */
const SEASONED_DAYS = 33n;
/** A listing that nobody took is renewed after so many days, at a little less. */
const RELIST_DAYS = 10;
const DISCOUNT = 0.97;
const LEAST_ASK = 0.55;
/** The pool wants 90 days at least; nobody offers what is nearly that short. */
const LEAST_TERM = 120n;
const BPS = 10_000n;
/** FIL among the market's coins. */
const IN_FIL = "0x0000000000000000000000000000000000000000";

/** An NFT as its provider knows it. */
export interface Minted {
  readonly id: bigint;
  readonly sectors: readonly bigint[];
  readonly nominal: bigint;
  readonly expiry: bigint;
  /** The epoch of its first attested weight; undefined before. */
  attestedAt?: bigint;
  /** What is asked of expected income. */
  ask: number;
  /** When it was listed last, and for how much, attoFIL. */
  listedOn?: number;
  price?: bigint;
  /** Whether it was sold to the pool. */
  sold: boolean;
}

/** A storage provider with one miner: wins blocks, mints NFTs, guarantees and lists them. */
export class Provider {
  readonly miner: bigint;
  readonly owner: bigint;
  /** Where its NFTs lie and sales are paid. */
  readonly wallet: string;
  readonly vault: MinerVault;
  readonly minted: Minted[] = [];
  readonly #world: World;
  readonly #luck: Dice;
  readonly #mind: Dice;
  /** Sectors that were never sold, by their number. */
  #nextSector = 0;
  readonly #faulty = new Set<bigint>();
  readonly #ended = new Set<bigint>();

  private constructor(
    world: World,
    who: { miner: bigint; owner: bigint; wallet: string; vault: MinerVault },
    random: { luck: Dice; mind: Dice },
  ) {
    this.#world = world;
    this.miner = who.miner;
    this.owner = who.owner;
    this.wallet = who.wallet;
    this.vault = who.vault;
    this.#luck = random.luck;
    this.#mind = random.mind;
  }

  /** A miner whose vault is its beneficiary. */
  static async enrol(world: World, number: number, random: { luck: Dice; mind: Dice }): Promise<Provider> {
    const { fil, contracts, keeper } = world;
    const owner = await fil.createAccount({ id: 200n + BigInt(number) });
    const miner = await fil.createMiner({
      id: 2_000n + BigInt(number),
      owner,
      balance: BigInt(SECTORS) * PLEDGE + FREE,
      sectors: {
        count: BigInt(SECTORS),
        raw: 32n * GiB,
        qa: SECTOR_QAP,
        pledge: PLEDGE,
        expiration: (await fil.epoch()) + SECTOR_LIFE,
      },
    });
    await world.send(keeper, contracts.registry, "createVault", [miner]);
    const vault = await world.contractAt<MinerVault>("MinerVault", await contracts.registry.vaultOf(miner));
    await proposeVault(fil, miner, owner, vault);
    await world.send(keeper, vault, "activate", []);
    const wallet = await world.wallet(1_000 + number);
    return new Provider(world, { miner, owner, wallet, vault }, random);
  }

  /** The rewards of the days before the story, which vest while it goes on. */
  async pastRewards(start: bigint, days: bigint): Promise<void> {
    const reward = PER_SECTOR_DAY * BigInt(SECTORS);
    await this.#world.fil.pull("awardMany", [this.miner, start, EPOCHS_PER_DAY, days, reward]);
  }

  /** Wins the blocks of a day: by its power, with luck. @param perSector What the network expects, attoFIL. */
  async win(perSector: bigint): Promise<void> {
    const live = BigInt(SECTORS - this.#faulty.size - this.#ended.size);
    const wins = this.#luck.poisson(WINS_A_DAY);
    await this.#world.fil.award(this.miner, (perSector * live * BigInt(wins)) / BigInt(WINS_A_DAY));
  }

  /** Mints, and lists what is old enough. */
  async live(day: number, mood: Mood): Promise<void> {
    if (this.#mind.chance(mood.supply)) await this.mint(mood);
    for (const nft of this.minted) await this.#offer(nft, day, mood);
  }

  /** Mints an NFT on sectors that were never sold, if it has not sold too much. */
  async mint(mood: Mood): Promise<void> {
    const { fil, contracts } = this.#world;
    const count = this.#mind.whole(...SIZES);
    const now = await fil.epoch();
    const term = BigInt(this.#mind.whole(...TERMS));
    const ask = this.#mind.between(...mood.ask);
    const living = this.minted
      .filter(({ expiry }) => expiry > now)
      .reduce((sum, { sectors }) => sum + sectors.length, 0);
    if (living + count > SECTORS * MOST_SOLD || this.#nextSector + count > SECTORS) return;
    const start = this.#nextSector;
    const nominal = BigInt(count) * SECTOR_QAP;
    const expiry = gridAround(now + term * EPOCHS_PER_DAY).next;
    const perDay = await contracts.nft.expectedPerDay(this.miner, nominal);
    const guarantee = (perDay * (expiry - now) * GUARANTEE_PERCENT) / (EPOCHS_PER_DAY * 100n);
    const request = {
      minerId: this.miner,
      sectors: [{ start, count }],
      nominalPower: nominal,
      expiry,
      spFeeBps: 0n,
      royaltyBps: 0n,
      maxProtocolFeeBps: BPS / 20n,
      to: this.wallet,
      guarantee,
    };
    const owner = maskedAddress(this.owner);
    // what the miner's own money does not cover cannot be guaranteed
    if (!(await this.#world.wouldAnswer(contracts.nft, "mint", [request], owner))) return;
    await this.#world.send(owner, contracts.nft, "mint", [request]);
    this.#nextSector += count;
    const id = await contracts.nft.minted();
    await this.#world.send(this.wallet, contracts.nft, "approve", [this.#world.addresses.powerMarket, id]);
    this.minted.push({
      id,
      sectors: Array.from({ length: count }, (_, n) => BigInt(start + n)),
      nominal,
      expiry,
      ask,
      sold: false,
    });
  }

  async #offer(nft: Minted, day: number, mood: Mood): Promise<void> {
    const { fil, contracts } = this.#world;
    const now = await fil.epoch();
    if (nft.sold || nft.attestedAt === undefined || now < nft.attestedAt + SEASONED_DAYS * EPOCHS_PER_DAY) return;
    if (nft.expiry < now + LEAST_TERM * EPOCHS_PER_DAY) return;
    if (nft.listedOn !== undefined) {
      if (day < nft.listedOn + RELIST_DAYS) return;
      nft.ask = Math.max(Math.min(nft.ask, mood.ask[1]) * DISCOUNT, LEAST_ASK);
    }
    nft.listedOn = day;
    const { weight } = await contracts.nft.powerOf(nft.id);
    if (weight === 0n) return;
    const toCome = ((await contracts.nft.expectedPerDay(this.miner, weight)) * (nft.expiry - now)) / EPOCHS_PER_DAY;
    const price = (toCome * BigInt(Math.round(nft.ask * Number(BPS)))) / BPS;
    nft.price = price;
    const until = now + BigInt(RELIST_DAYS + 1) * EPOCHS_PER_DAY;
    await this.#world.send(this.wallet, contracts.market, "list", [nft.id, IN_FIL, price, until, weight]);
  }

  /** The part of an NFT's power that its sectors have now, as an attestor reads it from the chain. */
  powerOf(nft: Minted): bigint {
    const live = nft.sectors.filter((sector) => !this.#faulty.has(sector) && !this.#ended.has(sector));
    return (nft.nominal * BigInt(live.length)) / BigInt(nft.sectors.length);
  }

  /** Every second sector is faulty. */
  async fault(): Promise<void> {
    for (let n = 0; n < SECTORS; n += 2) if (!this.#ended.has(BigInt(n))) this.#faulty.add(BigInt(n));
    await this.#world.fil.declareFaults(this.miner, [...this.#faulty]);
  }

  async recover(): Promise<void> {
    await this.#world.fil.recoverSectors(this.miner, [...this.#faulty]);
    this.#faulty.clear();
  }

  /** Ends an NFT's sectors for good. */
  async terminate(nft: Minted): Promise<void> {
    await this.#world.fil.terminateSectors(this.miner, [...nft.sectors]);
    for (const sector of nft.sectors) this.#ended.add(sector);
  }
}
