/**
 * A node of one synthetic miner, in a process of its own, so that what it costs is nobody else's: blocks from the file
 * that main.go wrote, partitions and sectors by rule.
 *
 * Usage: node bench/synthetic/serve.ts BLOCKS   (prints its URL; GET /count says what was asked since the last time)
 */
import { openSync, readFileSync, readSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { blockCid, eachSector, fromBitfield } from "../../lib/index.ts";
import { partitionsOf, readMiner, rowOf, SECTOR_SIZE } from "./rule.ts";

const [, , file] = process.argv;
if (file === undefined) throw new Error("Name the file of blocks.");
const miner = readMiner(file);
const blocks = indexOf(file);
const descriptor = openSync(file, "r");
/** Rows are sent in pieces of about so many bytes. */
const PIECE = 256 * 1024;

let calls = 0;
let bytes = 0;

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    if (request.url === "/count") {
      response.end(JSON.stringify({ calls, bytes }));
      [calls, bytes] = [0, 0];
      return;
    }
    const { method, params } = JSON.parse(Buffer.concat(parts).toString()) as { method: string; params: unknown[] };
    calls += 1;
    void answer(method, params, response);
  });
});
// a reader may parse for longer than Node keeps a quiet connection
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/rpc/v1`);
});

async function answer(method: string, params: readonly unknown[], response: ServerResponse): Promise<void> {
  if (method === "Filecoin.StateMinerSectors") {
    await sendRows(params[1] as number[], response);
    return;
  }
  const result = resultOf(method, params);
  const known =
    result === undefined ? { error: { code: -32601, message: `method '${method}' not found` } } : { result };
  await send(response, `${JSON.stringify({ id: 1, jsonrpc: "2.0", ...known })}\n`);
  response.end();
}

function resultOf(method: string, params: readonly unknown[]): unknown {
  const claim = { RawBytePower: "0", QualityAdjPower: miner.power };
  switch (method) {
    case "Filecoin.ChainReadObj":
      return blockOf((params[0] as { "/": string })["/"]).toString("base64");
    case "Filecoin.StateGetActor":
      return { Code: { "/": "b" }, Head: { "/": "b" }, Nonce: 0, Balance: "0" };
    case "Filecoin.StateMinerInfo":
      return {
        Owner: "f0100",
        Worker: "f0100",
        ControlAddresses: null,
        SectorSize: Number(SECTOR_SIZE),
        PendingOwnerAddress: null,
        Beneficiary: "f0100",
        BeneficiaryTerm: null,
        PendingBeneficiaryTerm: null,
      };
    case "Filecoin.StateMinerPower":
      return { MinerPower: claim, TotalPower: claim, HasMinPower: true };
    case "Filecoin.StateMinerPartitions":
      return partitionsOf(miner, params[1] as number);
    default:
      return undefined;
  }
}

async function sendRows(bitfield: readonly number[], response: ServerResponse): Promise<void> {
  let piece = '{"id":1,"jsonrpc":"2.0","result":[';
  let first = true;
  for (const number of eachSector(fromBitfield(bitfield))) {
    piece += first ? rowOf(miner, Number(number)) : `,${rowOf(miner, Number(number))}`;
    first = false;
    if (piece.length < PIECE) continue;
    await send(response, piece);
    piece = "";
  }
  await send(response, `${piece}]}\n`);
  response.end();
}

async function send(response: ServerResponse, text: string): Promise<void> {
  bytes += text.length;
  if (!response.write(text, "latin1")) await new Promise((resolve) => response.once("drain", resolve));
}

function blockOf(cid: string): Buffer {
  const place = blocks.get(cid);
  if (place === undefined) throw new Error(`no block ${cid}`);
  const block = Buffer.alloc(place.length);
  readSync(descriptor, block, 0, place.length, place.start);
  return block;
}

/** Where each block lies: sections of a varint of the length, 38 bytes of content id, the block. */
function indexOf(name: string): Map<string, { start: number; length: number }> {
  const CID_BYTES = 38;
  const data = readFileSync(name);
  const found = new Map<string, { start: number; length: number }>();
  for (let at = 0; at < data.length;) {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = data[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const cid = blockCid(data.subarray(at, at + CID_BYTES))["/"];
    found.set(cid, { start: at + CID_BYTES, length: length - CID_BYTES });
    at += length;
  }
  return found;
}
