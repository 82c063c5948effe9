import { Address, type Cid } from "../../../lib/index.ts";
import type { BlockReader } from "../blocks/BlockReader.ts";
import { BadStateError, NoActorError } from "../errors.ts";
import { amount, count, link, tuple } from "./fields.ts";
import { hamtGet } from "./Hamt.ts";

/** The version of the state tree whose actors have a delegated address. */
const STATE_TREE_VERSION = 5;
const POWER_ACTOR = 4n;

/** Where the fields of the power actor's state lie, and how many there are. */
const POWER_STATE = { fields: 17, claims: 15 } as const;

/**
 * The head of an actor's state, from the state root: [version, actors, info], each actor [code, head, sequence number,
 * balance, delegated address].
 *
 * @throws {NoActorError} when there is none.
 */
export async function readActorHead(reader: BlockReader, stateRoot: Cid, id: bigint): Promise<Cid> {
  const [version, actors] = tuple(await reader.read(stateRoot), "state root", 3);
  if (count(version, "state tree version") !== STATE_TREE_VERSION) {
    throw new BadStateError("The state tree is of another version: update the bridge.");
  }
  const actor = await hamtGet(reader, link(actors, "actors"), Address.fromId(id).bytes);
  if (actor === undefined) throw new NoActorError(id);
  const [, head] = tuple(actor, "actor", 5);
  return link(head, "actor's head");
}

/** A miner's claimed power: quality-adjusted bytes, 0 where the power actor has no claim of it. */
export async function readClaim(reader: BlockReader, stateRoot: Cid, minerId: bigint): Promise<bigint> {
  const state = tuple(
    await reader.read(await readActorHead(reader, stateRoot, POWER_ACTOR)),
    "power actor",
    POWER_STATE.fields,
  );
  const claims = link(state[POWER_STATE.claims], "claims");
  const claim = await hamtGet(reader, claims, Address.fromId(minerId).bytes);
  if (claim === undefined) return 0n;
  const [, , qap] = tuple(claim, "claim", 3);
  return amount(qap, "claim");
}
