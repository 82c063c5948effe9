import { BadAnswerError, NodeUnreachableError, readAnswer } from "../../../lib/index.ts";
import type { StreamedAnswer } from "../../lotus/index.ts";

/** What of a row of `StateMinerSectors` power follows from. Epochs and numbers, as JSON has them. */
export interface SectorRow {
  readonly number: number;
  readonly expiration: number;
  readonly powerBaseEpoch: number;
  /** Decimal digits: byte-epochs exceed what a number holds. */
  readonly verifiedDealWeight: string;
}

const METHOD = "Filecoin.StateMinerSectors";
/** Where the rows begin: nothing that is nested comes before them. */
const HEAD = /^\s*\{[^[{]*"result"\s*:\s*\[\s*/;
/** The longest answer without rows, and the longest row, bytes. */
const MAX_HELD = 2 ** 20;
const ROW_BORDER = "},{";
const DIGITS = /^\d{1,40}$/;
/** A row as Lotus itself writes it, which is read without building all of its objects. */
const CID = '\\{"/":"[a-z0-9]+"\\}';
const MAYBE_AMOUNT = '(?:null|"\\d+")';
const LOTUS_ROW = new RegExp(
  '\\{"SectorNumber":(\\d{1,15}),"SealProof":\\d+,' +
    `"SealedCID":${CID},"Activation":-?\\d+,"Expiration":(\\d{1,15}),` +
    '"DealWeight":"\\d+","VerifiedDealWeight":"(\\d{1,40})","InitialPledge":"\\d+",' +
    `"ExpectedDayReward":${MAYBE_AMOUNT},"ExpectedStoragePledge":${MAYBE_AMOUNT},` +
    `"PowerBaseEpoch":(\\d{1,15}),"ReplacedDayReward":${MAYBE_AMOUNT},` +
    `"SectorKeyCID":(?:null|${CID}),"Flags":\\d+,"DailyFee":"\\d+"\\}(?:,(?=\\{)|$)`,
  "y",
);

/**
 * Reads the rows of `StateMinerSectors` while they come, so that memory does not grow with their number: the text is cut
 * at borders of rows, and each piece is parsed for itself. What looks like a border inside a text makes the piece
 * unreadable, never wrong.
 *
 * @param take Gets every row, in the order of the answer.
 * @throws {NodeUnreachableError} when the answer ends too early.
 * @throws {BadAnswerError} when it is no list of sectors.
 * @throws {ExplainedError} what a node's own error says.
 */
export async function readSectorRows(
  { url, status, chunks }: StreamedAnswer,
  take: (row: SectorRow) => void,
): Promise<void> {
  // what matters of an answer is ASCII, and a byte for a letter keeps its length
  let held = "";
  let inRows = false;
  for await (const chunk of chunks) {
    held += chunk.toString("latin1");
    if (!inRows && status === 200) {
      const [head] = HEAD.exec(held) ?? [];
      inRows = head !== undefined;
      held = held.slice(head?.length ?? 0);
    }
    const border = inRows ? held.lastIndexOf(ROW_BORDER) : -1;
    if (border >= 0) {
      takePiece(held.slice(0, border + 1), take);
      held = held.slice(border + ROW_BORDER.length - 1);
    }
    if (held.length > MAX_HELD) throw notSectors(`${held.length} bytes without a row`);
  }
  if (inRows) readEnd(held, url, take);
  else if (readAnswer(status, held, METHOD, url) !== null) throw notSectors(held.slice(0, 200));
}

/** Whole rows, with commas between them. From the first that is not in Lotus' own form on, they are read as any JSON. */
function takePiece(text: string, take: (row: SectorRow) => void): void {
  let at = 0;
  LOTUS_ROW.lastIndex = 0;
  for (let row = LOTUS_ROW.exec(text); row !== null; row = LOTUS_ROW.exec(text)) {
    at = LOTUS_ROW.lastIndex;
    const [, number, expiration, verifiedDealWeight = "", powerBaseEpoch] = row;
    take({
      number: Number(number),
      expiration: Number(expiration),
      powerBaseEpoch: Number(powerBaseEpoch),
      verifiedDealWeight,
    });
  }
  if (at < text.length) for (const row of parse(`[${text.slice(at)}]`)) take(sectorRow(row));
}

/** The last rows, and what closes the answer. */
function readEnd(text: string, url: string, take: (row: SectorRow) => void): void {
  let end: unknown;
  try {
    end = JSON.parse(`{"result":[${text}`);
  } catch (cause) {
    throw new NodeUnreachableError(`The answer of ${new URL(url).host} was cut off: try again.`, {
      details: METHOD,
      cause,
    });
  }
  const { result } = end as { readonly result: unknown };
  if (!Array.isArray(result)) throw notSectors("two results");
  for (const row of result as readonly unknown[]) take(sectorRow(row));
}

function parse(text: string): readonly unknown[] {
  try {
    return JSON.parse(text) as readonly unknown[];
  } catch (cause) {
    throw notSectors((cause as Error).message);
  }
}

function sectorRow(row: unknown): SectorRow {
  if (typeof row !== "object" || row === null) throw notSectors("a row that is none");
  const { SectorNumber, Expiration, PowerBaseEpoch, VerifiedDealWeight } = row as Readonly<Record<string, unknown>>;
  return {
    number: whole(SectorNumber, "SectorNumber"),
    expiration: whole(Expiration, "Expiration"),
    powerBaseEpoch: whole(PowerBaseEpoch, "PowerBaseEpoch"),
    verifiedDealWeight: digits(VerifiedDealWeight, "VerifiedDealWeight"),
  };
}

function whole(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw notSectors(`${what}: ${String(value)} is no whole number`);
}

function digits(value: unknown, what: string): string {
  if (value === "0") return value;
  if (typeof value === "string" && DIGITS.test(value)) return value;
  throw notSectors(`${what}: not digits`);
}

function notSectors(details: string): BadAnswerError {
  return new BadAnswerError(
    "The node's answer to StateMinerSectors is not what Lotus answers: check the URL and the version.",
    { details },
  );
}
