import { blake2b } from "@noble/hashes/blake2.js";

import { ATTO_PER_FIL, Address, EPOCHS_PER_DAY, EXPIRY_GRID } from "../../lib/index.ts";

/** Who and what exists on the embedded Filecoin before anybody does anything. */

const TIB = 2n ** 40n;
const GIB = 2n ** 30n;

/** An account whose key the node's wallet holds, as far as a simulation has keys. */
export interface GenesisAccount {
  readonly id: bigint;
  readonly robust: Address;
}

function madeUp(protocol: 1 | 2 | 3, name: string): Address {
  const payload = blake2b(new TextEncoder().encode(`embedded filecoin: ${name}`), { dkLen: protocol === 3 ? 48 : 20 });
  return Address.fromBytes(Uint8Array.of(protocol, ...payload));
}

/** Owner and worker of f01000: an f3 key, as most storage providers have. */
export const OWNER: GenesisAccount = { id: 102n, robust: madeUp(3, "owner of f01000") };
/** An f1 key that holds FIL, like a Ledger's. */
export const HOLDER: GenesisAccount = { id: 103n, robust: madeUp(1, "a holder") };
/** The signers of the multisig, f1 keys. */
export const SIGNERS: readonly GenesisAccount[] = [
  { id: 104n, robust: madeUp(1, "first signer") },
  { id: 105n, robust: madeUp(1, "second signer") },
];
/** A multisig of two of two, owner of f01001. */
export const MULTISIG: GenesisAccount = { id: 106n, robust: madeUp(2, "multisig") };

export const ACCOUNTS: readonly GenesisAccount[] = [OWNER, HOLDER, ...SIGNERS];

/** What each account begins with, attoFIL. */
export const ACCOUNT_BALANCE = 100_000n * ATTO_PER_FIL;

/** Ids from here on are given to whoever comes later, in order. */
export const FIRST_NEW_ID = 1010n;

/** How many of the well-known test keys of Hardhat are named on the first day; each holds 10,000 FIL. */
export const DEV_KEYS = 10;

/** A miner of the first day. Its sectors hold verified deals: ten times the power. */
export interface GenesisMiner {
  readonly id: bigint;
  readonly owner: bigint;
  readonly sectors: bigint;
}

export const SECTOR_SIZE = 32n * GIB;
export const SECTOR_QAP = 10n * SECTOR_SIZE;
export const SECTOR_PLEDGE = 20n * ATTO_PER_FIL;
/** Sectors of one deadline, all in its first partition. */
export const SECTORS_PER_DEADLINE = 32n;

/** The miner of the story: 256 sectors, 80 TiB of quality-adjusted power. */
export const MINER: GenesisMiner = { id: 1000n, owner: OWNER.id, sectors: 256n };
/** A smaller one, owned by the multisig, for trying. */
export const MULTISIG_MINER: GenesisMiner = { id: 1001n, owner: MULTISIG.id, sectors: 64n };
/** Everybody else's power, in one miner that nobody looks at. */
export const REST_OF_NETWORK = { id: 1002n, owner: 104n, qap: 8_092n * TIB, raw: 4_000n * TIB } as const;

/** What the network pays in a day, attoFIL: 0.88 FIL for each TiB. */
export const NETWORK_REWARD_PER_DAY = 7_200n * ATTO_PER_FIL;
/** All power at the beginning, bytes: 8,192 TiB. */
export const NETWORK_QAP = REST_OF_NETWORK.qap + (MINER.sectors + MULTISIG_MINER.sectors) * SECTOR_QAP;
/** Epochs between two blocks that a miner wins: six a day. */
export const WIN_INTERVAL = 480n;

/** How long the miners have been mining when the network is handed over: half a year. */
export const HISTORY = 180n * EPOCHS_PER_DAY;
/**
 * The epoch at which the network is handed over: four days before a date of expiry, so that after the three days that
 * a change of the protocol's fee waits, the shortest term that can be minted is 31 days.
 */
export const HANDOVER = 7n * EXPIRY_GRID - 4n * EPOCHS_PER_DAY;
/** Sectors last for two years from their activation. */
export const SECTOR_LIFE = 730n * EPOCHS_PER_DAY;
