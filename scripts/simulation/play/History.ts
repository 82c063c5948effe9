import { EPOCHS_PER_DAY } from "../../../lib/index.ts";
import type { FactoryOf } from "../../../lib/protocol/deploy.ts";
import { Attestor } from "../world/Attestor.ts";
import { Keeper } from "../world/Keeper.ts";
import { People, type WaitingTicket } from "../world/People.ts";
import { PAST_DAYS, PER_SECTOR_DAY, Provider, SECTOR_QAP } from "../world/Provider.ts";
import { Dice } from "../world/Dice.ts";
import { ACCIDENTS, YEAR, moodOf } from "../world/timetable.ts";
import { World } from "../world/World.ts";
import { Books } from "./Books.ts";
import type { Day } from "./Day.ts";
import { inFil } from "./inFil.ts";

const PROVIDERS = 4;
/** NFTs that each provider has minted, and had attested, before the first day; and for how long. */
const FIRST_NFTS = 3;
const SEASON_DAYS = 35;
/** What the network expects of power falls by so much in a year: more power, fewer rewards. */
const FALL_OF_A_YEAR = 0.12;
/** Its estimates are set so often, days. */
const WEEK = 7;
/** The return is that of so many days. */
const RETURN_DAYS = 30;
/** As many shares as the first FIL brings. */
const ONE_SHARE = 10n ** 24n;
/** Seeds of streams that do not disturb one another. */
const STREAM = { luck: 1_000, mind: 2_000, people: 3_000 } as const;

/** A pool, its people and its providers from the first day on. */
export class History {
  readonly world: World;
  readonly people: People;
  readonly keeper: Keeper;
  readonly providers: readonly Provider[];
  readonly days: Day[] = [];
  readonly #attestor: Attestor;
  readonly books: Books;

  private constructor(
    world: World,
    who: { people: People; keeper: Keeper; providers: readonly Provider[]; attestor: Attestor; books: Books },
  ) {
    this.world = world;
    this.people = who.people;
    this.keeper = who.keeper;
    this.providers = who.providers;
    this.#attestor = who.attestor;
    this.books = who.books;
  }

  /** Deploys everything; miners that have won blocks for half a year, and NFTs that wait for a buyer. */
  static async begin(seed: number, factoryOf?: FactoryOf): Promise<History> {
    const world = await World.create(factoryOf);
    const attestor = new Attestor(world);
    const start = await world.fil.epoch();
    await expect(world, PER_SECTOR_DAY);
    await world.fil.mine((PAST_DAYS + 1n) * EPOCHS_PER_DAY);
    const providers: Provider[] = [];
    for (let number = 0; number < PROVIDERS; number += 1) {
      const stream = seed + number;
      const random = { luck: new Dice(stream + STREAM.luck), mind: new Dice(stream + STREAM.mind) };
      const provider = await Provider.enrol(world, number, random);
      await provider.pastRewards(start, PAST_DAYS);
      for (let n = 0; n < FIRST_NFTS; n += 1) await provider.mint(moodOf(0));
      providers.push(provider);
    }
    for (let day = 0; day < SEASON_DAYS; day += 1) {
      await world.nextDay();
      for (const provider of providers) await provider.win(PER_SECTOR_DAY);
      await attestor.report(providers);
    }
    const people = await People.gather(world, new Dice(seed + STREAM.people));
    const keeper = new Keeper(world);
    await keeper.sync(providers);
    const books = await Books.open(world, { providers, people, keeper });
    return new History(world, { people, keeper, providers, attestor, books });
  }

  /** A day in which people do as they feel. */
  async live(day: number): Promise<Day> {
    const mood = moodOf(day);
    await this.#dawn(day);
    const made = await this.keeper.work(this.providers, day);
    const paid = await this.people.claim(day);
    for (const provider of this.providers) await provider.live(day, mood);
    await this.people.live(day, mood, this.days.at(-1)?.returnOfEntry);
    paid.push(...(await this.people.claim(day)));
    await this.keeper.buy(this.providers, day);
    if (day % WEEK === 0) await this.keeper.sync(this.providers);
    await this.books.check(day);
    const record = await this.#record(day, made, paid);
    this.days.push(record);
    return record;
  }

  /**
   * A day on which miners win and nobody comes, sells or buys.
   *
   * @param keepers Whether keepers work on it; people claim then what was paid.
   * @param look What is done before they claim.
   */
  async idle(day: number, keepers: boolean, look: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    await this.#dawn(day);
    if (!keepers) return;
    await this.keeper.work(this.providers);
    await look();
    await this.people.claim(day);
    await this.books.check(day);
  }

  /** What happens without anybody of the pool. */
  async #dawn(day: number): Promise<void> {
    await this.world.nextDay();
    const perSector = expectedOn(day);
    if (day % WEEK === 0) await expect(this.world, perSector);
    for (const provider of this.providers) await provider.win(perSector);
    await this.#accidents(day);
    await this.#attestor.report(this.providers);
  }

  async #accidents(day: number): Promise<void> {
    const { fault, termination } = ACCIDENTS;
    if (day === fault.from) await this.#provider(fault.miner).fault();
    if (day === fault.until) await this.#provider(fault.miner).recover();
    if (day !== termination.day) return;
    const provider = this.#provider(termination.miner);
    const owned = provider.minted.filter(({ sold }) => sold);
    const [longest] = owned.sort((a, b) => Number(b.expiry - a.expiry));
    if (longest !== undefined) await provider.terminate(longest);
  }

  #provider(number: number): Provider {
    const provider = this.providers[number];
    if (provider === undefined) throw new RangeError(`there is no provider ${number}`);
    return provider;
  }

  async #record(
    day: number,
    made: { income: bigint; amortised: bigint },
    paid: readonly WaitingTicket[],
  ): Promise<Day> {
    const { pool } = this.world.contracts;
    const [accounts, enters, leaving] = await Promise.all([
      pool.accounts(),
      pool.convertToAssets(ONE_SHARE),
      pool.previewExit(ONE_SHARE),
    ]);
    const queue = (await pool.previewExit(accounts.waiting)).worth;
    const before = this.days[day - RETURN_DAYS];
    const price = { enters: inFil(enters), leaves: inFil(leaving.worth) };
    const waits = paid.map((ticket) => day - ticket.day);
    return {
      day,
      ...price,
      returnOfEntry: before && aYear(price.enters / before.enters),
      returnOfLeaving: before && aYear(price.leaves / before.leaves),
      utilisation: inFil(accounts.utilisation),
      deposits: inFil(accounts.deposits),
      upper: inFil(accounts.upper),
      lower: inFil(accounts.lower),
      cash: inFil(accounts.cash),
      heldBack: inFil(accounts.heldBack),
      machines: Number(accounts.machines),
      openCost: inFil(accounts.openCost),
      income: inFil(made.income),
      amortised: inFil(made.amortised),
      tickets: this.people.tickets.filter(({ paidOn }) => paidOn === undefined).length,
      queue: inFil(queue),
      waited: waits.length === 0 ? undefined : waits.reduce((a, b) => a + b, 0) / waits.length,
    };
  }
}

/** What the network expects of a sector on a day, attoFIL. */
function expectedOn(day: number): bigint {
  const part = 1 - (FALL_OF_A_YEAR * (day - (day % WEEK))) / YEAR;
  return (PER_SECTOR_DAY * BigInt(Math.round(part * 1e6))) / 1_000_000n;
}

async function expect(world: World, perSector: bigint): Promise<void> {
  await world.fil.setNetworkEstimates(perSector / EPOCHS_PER_DAY, SECTOR_QAP);
}

/** The rise of 30 days, if it went on for a year. */
const aYear = (ratio: number): number => ((ratio - 1) * YEAR) / RETURN_DAYS;
