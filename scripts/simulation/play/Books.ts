import { formatFil } from "../../../lib/index.ts";
import { BURNT_FUNDS, REWARD_ACTOR, maskedAddress } from "../../../test/filecoin/index.ts";
import type { Keeper } from "../world/Keeper.ts";
import type { People } from "../world/People.ts";
import type { Provider } from "../world/Provider.ts";
import type { World } from "../world/World.ts";

/** Money or shares do not add up: the simulation stops. */
export class BooksError extends Error {
  override readonly name = "BooksError";
  readonly day: number;

  constructor(day: number, what: string) {
    super(`Day ${day}: ${what}`);
    this.day = day;
  }
}

/** Checks each day, to the attoFIL, that nothing is lost and nothing appears. */
export class Books {
  readonly #world: World;
  readonly #providers: readonly Provider[];
  readonly #people: People;
  readonly #keeper: Keeper;
  readonly #purses: readonly string[];
  readonly #total: bigint;

  private constructor(
    world: World,
    who: { providers: readonly Provider[]; people: People; keeper: Keeper },
    purses: readonly string[],
    total: bigint,
  ) {
    this.#world = world;
    this.#providers = who.providers;
    this.#people = who.people;
    this.#keeper = who.keeper;
    this.#purses = purses;
    this.#total = total;
  }

  /** From now on FIL moves only among these: people, contracts, miners, owners, what is burned, what pays rewards. */
  static async open(
    world: World,
    who: { providers: readonly Provider[]; people: People; keeper: Keeper },
  ): Promise<Books> {
    const { powerNFT, powerMarket, jointMiningPool, wrappedFil } = world.addresses;
    const vaults = await Promise.all(who.providers.map(({ vault }) => vault.getAddress()));
    const purses = [
      ...who.people.all.map(({ wallet }) => wallet),
      ...who.providers.flatMap(({ wallet, owner, miner }) => [wallet, maskedAddress(owner), maskedAddress(miner)]),
      ...vaults,
      ...[powerNFT, powerMarket, jointMiningPool, wrappedFil],
      ...[BURNT_FUNDS, REWARD_ACTOR].map(maskedAddress),
    ];
    return new Books(world, who, purses, sum(await world.contracts.tally.balances(purses)));
  }

  /** @throws {BooksError} */
  async check(day: number): Promise<void> {
    await this.#checkFil(day);
    await this.#checkPool(day);
    await this.#checkShares(day);
    await this.#checkMiners(day);
    await this.#checkQueue(day);
  }

  async #checkFil(day: number): Promise<void> {
    const held = await this.#world.contracts.tally.balances([...this.#purses]);
    equal(day, "all FIL of the world together", sum(held), this.#total);
    for (const [n, person] of this.#people.all.entries()) {
      equal(day, `the wallet of person ${person.number}`, held[n] ?? 0n, this.#people.expectedIn(person));
    }
  }

  async #checkPool(day: number): Promise<void> {
    const { pool } = this.#world.contracts;
    const { cash, claimable } = await pool.accounts();
    const held = await this.#world.fil.balanceOf(await pool.getAddress());
    const paidIn = sum(this.#people.all.map((person) => person.paidIn));
    const paidOut = sum(this.#people.all.map((person) => person.paidOut));
    equal(day, "the pool's cash and what it put aside", cash + claimable, held);
    const { collected, spent } = this.#keeper;
    equal(day, "deposits + income - machines - paid out", paidIn + collected - spent - paidOut, held);
  }

  async #checkShares(day: number): Promise<void> {
    const { pool } = this.#world.contracts;
    const address = await pool.getAddress();
    const wallets = this.#people.all.map(({ wallet }) => wallet);
    const [supply, escrow, { waiting, upper, lower }, shares] = await Promise.all([
      pool.totalSupply(),
      pool.balanceOf(address),
      pool.accounts(),
      this.#world.contracts.tally.holdings(address, wallets),
    ]);
    equal(day, "people's shares and those that wait", sum(shares) + escrow, supply);
    equal(day, "shares in escrow", escrow, waiting);
    if (lower > upper) throw new BooksError(day, "leavers would get more than entrants pay");
  }

  async #checkMiners(day: number): Promise<void> {
    for (const { miner } of this.#providers) {
      const { cash, liabilities, earned, covered, owed } = await this.#world.contracts.nft.solvency(miner);
      equal(day, `what f0${miner} earned for holders`, covered + owed, earned);
      if (cash < liabilities) throw new BooksError(day, `PowerNFT owes more than it holds`);
    }
  }

  /** First in, first out: nobody is paid anything before everybody ahead is paid in full. */
  async #checkQueue(day: number): Promise<void> {
    let full = true;
    for (const { id, paidOn } of this.#people.tickets) {
      if (paidOn !== undefined) {
        if (!full) throw new BooksError(day, `ticket ${id} was paid before one that is older`);
        continue;
      }
      const { pending, claimable } = await this.#world.contracts.pool.ticketOf(id);
      if (!full && claimable > 0n) throw new BooksError(day, `ticket ${id} was paid before one that is older`);
      if (pending > 0n) full = false;
    }
  }
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function equal(day: number, what: string, found: bigint, expected: bigint): void {
  if (found === expected) return;
  throw new BooksError(day, `${what}: ${formatFil(found)}, not ${formatFil(expected)}`);
}
