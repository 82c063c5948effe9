import type { z } from "zod";

import type { HistoryReader } from "../store/HistoryReader.ts";
import { type Queries, check, readQuery } from "./query.ts";
import { EVENT_VIEW, INCOME_VIEW, MINER_VIEW, type Locale, NFT_VIEW, type View, WEIGHT_VIEW, show } from "./views.ts";

/** What a route found. */
export interface Found {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Whether there is one thing instead of a list. */
  readonly single: boolean;
  /** Where the list goes on; undefined at its end. */
  readonly next: string | undefined;
}

/** The thing that was asked for is not in the history; a sentence says so. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}

export interface Asked {
  readonly reader: HistoryReader;
  readonly queries: Queries;
  readonly locale: Locale;
  readonly search: URLSearchParams;
}

type Route = readonly [path: RegExp, answer: (asked: Asked, id: string) => Found];

/** Everything that can be asked for. */
const ROUTES: readonly Route[] = [
  [
    /^\/v1\/miners$/,
    ({ reader, queries, locale, search }) => {
      const page = readQuery(queries.miners, search);
      return list(
        MINER_VIEW,
        locale,
        page,
        (p) => reader.miners(p),
        (row) => row.miner_id,
      );
    },
  ],
  [
    /^\/v1\/miners\/([^/]+)$/,
    ({ reader, queries, locale, search }, text) => {
      readQuery(queries.one, search);
      const id = check(queries.minerId, text);
      return one(MINER_VIEW, locale, reader.miner(id), `Miner f0${id} has no vault`);
    },
  ],
  [
    /^\/v1\/nfts$/,
    ({ reader, queries, locale, search }) => {
      const { holder, miner, ...page } = readQuery(queries.nfts, search);
      return list(
        NFT_VIEW,
        locale,
        page,
        (p) => reader.nfts({ holder, minerId: miner }, p),
        (row) => row.nft_id,
      );
    },
  ],
  [
    /^\/v1\/nfts\/([^/]+)$/,
    ({ reader, queries, locale, search }, text) => {
      readQuery(queries.one, search);
      const id = check(queries.nftId, text);
      return one(NFT_VIEW, locale, reader.nft(id), `NFT ${id} was not minted`);
    },
  ],
  [
    /^\/v1\/nfts\/([^/]+)\/income$/,
    ({ reader, queries, locale, search }, text) => {
      const id = nftOf(reader, queries, locale, text);
      const { from, to, ...page } = readQuery(queries.incomes, search);
      return list(
        INCOME_VIEW,
        locale,
        page,
        (p) => reader.incomes(id, { from, to }, p),
        (row) => row.day,
      );
    },
  ],
  [
    /^\/v1\/nfts\/([^/]+)\/weights$/,
    ({ reader, queries, locale, search }, text) => {
      const id = nftOf(reader, queries, locale, text);
      const page = readQuery(queries.weights, search);
      return list(
        WEIGHT_VIEW,
        locale,
        page,
        (p) => reader.weights(id, p),
        (row) => row.seq,
      );
    },
  ],
  [
    /^\/v1\/events$/,
    ({ reader, queries, locale, search }) => {
      const { order, cursor, limit, event, miner, nft, ...rest } = readQuery(queries.events, search);
      const filter = { ...rest, name: event, minerId: miner, nftId: nft };
      const read = (page: Parameters<HistoryReader["events"]>[2]) => reader.events(filter, order === "newest", page);
      return list(EVENT_VIEW, locale, { cursor, limit }, read, (row) => row.seq);
    },
  ],
];

/**
 * Answers a path of the API.
 *
 * @returns Undefined when there is no such path.
 * @throws {BadQueryError} @throws {NotFoundError}
 */
export function route(path: string, asked: Asked): Found | undefined {
  for (const [pattern, answer] of ROUTES) {
    const match = pattern.exec(path);
    if (match !== null) return answer(asked, decode(match[1] ?? ""));
  }
  return undefined;
}

function list<R, C extends z.util.Primitive>(
  view: View<R>,
  locale: Locale,
  page: { readonly cursor?: C | undefined; readonly limit: number },
  read: (page: { cursor: C | undefined; limit: number }) => R[],
  keyOf: (row: R) => C,
): Found {
  const { cursor, limit } = page;
  // one more than asked for tells whether the list goes on
  const found = read({ cursor, limit: limit + 1 });
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const next = found.length > limit && last !== undefined ? String(keyOf(last)) : undefined;
  return { columns: columnsOf(view), rows: rows.map((row) => show(view, row, locale)), single: false, next };
}

function one<R>(view: View<R>, locale: Locale, row: R | undefined, missing: string): Found {
  if (row === undefined) throw new NotFoundError(`${missing} up to epoch ${locale.now}.`);
  return { columns: columnsOf(view), rows: [show(view, row, locale)], single: true, next: undefined };
}

/** The id of an NFT that is known. */
function nftOf(reader: HistoryReader, queries: Queries, { now }: Locale, text: string): bigint {
  const id = check(queries.nftId, text);
  if (reader.nft(id) === undefined) throw new NotFoundError(`NFT ${id} was not minted up to epoch ${now}.`);
  return id;
}

function columnsOf<R>(view: View<R>): string[] {
  return view.map(([name]) => name);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
