import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

import { Clock } from "../../../lib/index.ts";
import { type Answer, type HttpServer, json, sentence, serveHttp } from "../../ops/serveHttp.ts";
import type { Log } from "../../ops/types.ts";
import { HistoryReader, type Standing } from "../store/HistoryReader.ts";
import { toCsv } from "./csv.ts";
import { BadQueryError, createQueries } from "./query.ts";
import { type Found, NotFoundError, route } from "./routes.ts";
import { timeOf } from "./views.ts";

export interface ApiOptions {
  /** The history's file; an indexer has made it, and may be writing it. */
  readonly path: string;
  /** Loopback unless said otherwise: there is no protection against whoever asks too much. */
  readonly host?: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Log;
  /** Is told the status of each answer. */
  readonly answered?: (status: number) => void;
}

const SUFFIX = ".csv";
type Format = "json" | "csv";

/**
 * The history for others to read: GET only, JSON or CSV. README.md says what can be asked.
 *
 * @throws {CannotListenError}
 */
export async function createApi({ path, host, port, log, answered }: ApiOptions): Promise<HttpServer> {
  const reader = new HistoryReader(path);
  try {
    const server = await serveHttp({
      host,
      port,
      ...(answered === undefined ? {} : { answered }),
      failed: (error, url) => log.error({ event: "api.failed", url, error }, "an answer failed"),
      answer: (url, { headers }) => reader.atOnce(() => answer(reader, url, headers)),
    });
    return {
      ...server,
      close: async () => {
        await server.close();
        reader.close();
      },
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}

function answer(reader: HistoryReader, url: URL, headers: IncomingHttpHeaders): Answer {
  const standing = reader.standing();
  if (standing === undefined) {
    const busy = sentence(503, "Nothing is indexed yet: ask again in a while.");
    return { ...busy, headers: { ...busy.headers, "retry-after": "30" } };
  }
  const format = formatOf(url, headers.accept);
  const clock = new Clock(standing.genesis);
  const always = { "x-indexed-to": standing.epoch.toString(), vary: "Accept" };
  const etag = etagOf(standing, url, format);
  try {
    const found = route(url.pathname.endsWith(SUFFIX) ? url.pathname.slice(0, -SUFFIX.length) : url.pathname, {
      reader,
      search: url.searchParams,
      queries: createQueries(clock, standing.prefix),
      locale: { clock, prefix: standing.prefix, now: standing.epoch },
    });
    if (found === undefined)
      return withHeaders(sentence(404, "There is nothing here: see the README of the API."), always);
    const fresh = { ...always, etag };
    if (headers["if-none-match"] === etag) return { status: 304, headers: fresh };
    const link = found.next === undefined ? {} : { link: `<${nextUrl(url, found.next)}>; rel="next"` };
    const body = format === "csv" ? csv(found) : json(200, envelope(found, standing, clock));
    return withHeaders(body, { ...fresh, ...link });
  } catch (error) {
    if (error instanceof BadQueryError) return withHeaders(sentence(400, error.message), always);
    if (error instanceof NotFoundError) return withHeaders(sentence(404, error.message), always);
    throw error;
  }
}

/** `.csv` decides, then the Accept header, in which CSV has to be named before JSON. */
function formatOf(url: URL, accept = ""): Format {
  if (url.pathname.endsWith(SUFFIX)) return "csv";
  const wanted = accept.split(",").map((part) => part.split(";", 1)[0]?.trim().toLowerCase());
  const firstOf = (...types: string[]): number => wanted.findIndex((type) => types.includes(type ?? ""));
  const [asCsv, asJson] = [firstOf("text/csv"), firstOf("application/json", "*/*")];
  return asCsv >= 0 && (asJson < 0 || asCsv < asJson) ? "csv" : "json";
}

/** The same question to the same history has the same answer. */
function etagOf({ chainId, epoch, tipset, closed }: Standing, url: URL, format: Format): string {
  const question = [chainId, epoch, tipset, closed, url.pathname, url.search, format].join("\n");
  return `"${createHash("sha256").update(question).digest("hex").slice(0, 32)}"`;
}

function envelope({ rows, single, next }: Found, { epoch, closed }: Standing, clock: Clock): object {
  const indexedTo = { epoch: Number(epoch), time: timeOf(clock, epoch) };
  const incomeTo = closed === null ? null : { epoch: Number(closed), time: timeOf(clock, closed) };
  return { indexedTo, incomeTo, ...(single ? { item: rows[0] } : { items: rows, next: next ?? null }) };
}

function csv({ columns, rows }: Found): Answer {
  return {
    status: 200,
    headers: { "content-type": "text/csv; charset=utf-8; header=present" },
    body: toCsv(columns, rows),
  };
}

function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function nextUrl(url: URL, cursor: string): string {
  const search = new URLSearchParams(url.searchParams);
  search.set("cursor", cursor);
  return `${url.pathname}?${search.toString()}`;
}
