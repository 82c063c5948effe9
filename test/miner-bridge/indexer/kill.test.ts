import { type ChildProcess, spawn } from "node:child_process";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { type NodeRefusedError, NodeUnreachableError } from "../../../lib/index.ts";
import type { FakeChain } from "./support/FakeChain.ts";
import { START, contentOf, eventfulChain, indexerOf, temporaryFolder } from "./support/history.ts";

const PROGRAM = fileURLToPath(new URL("support/indexOnce.ts", import.meta.url));
/** Processes that are killed. */
const KILLS = 30;
/** Any number: the same run each time. */
const SEED = 20_261_125;

/** Numbers from 0 up to `below`, the same in every run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** A fake node behind HTTP, which says when it answers. */
async function serve(chain: FakeChain, answering: () => void): Promise<Server> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { id, method, params } = JSON.parse(Buffer.concat(parts).toString()) as {
        id: number;
        method: string;
        params: unknown[];
      };
      chain.request(method, params).then(
        (result) => {
          response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
          answering();
        },
        (error: unknown) => {
          const { code, message, data } = error as NodeRefusedError;
          response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code, message, data } }));
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe("an indexer that is killed", function () {
  this.timeout(600_000);
  const folder = temporaryFolder();

  it(`at ${KILLS} random moments keeps the same history as one that is not`, async () => {
    const chain = eventfulChain();
    // many short ranges: many writes to die in
    chain.maxSpan = 200n;
    const whole = join(folder, "whole.sqlite");
    const indexer = indexerOf(chain.request, whole);
    await indexer.tick();
    indexer.close();

    const random = randomNumbers(SEED);
    let answers = 0;
    let dieAfter = Number.POSITIVE_INFINITY;
    let child: ChildProcess | undefined;
    const server = await serve(chain, () => {
      answers += 1;
      if (answers !== dieAfter) return;
      // at once, or a little later: between an answer and the end of the write that it leads to
      setTimeout(() => child?.kill("SIGKILL"), random(12));
    });
    const { port } = server.address() as AddressInfo;
    const path = join(folder, "killed.sqlite");
    const run = (): Promise<string> =>
      new Promise((resolve, reject) => {
        child = spawn(process.execPath, [PROGRAM, `http://127.0.0.1:${port}`, path, String(START)], {
          stdio: ["ignore", "ignore", "inherit"],
        });
        child.on("error", reject).on("close", (code, signal) => resolve(signal ?? String(code)));
      });

    const ends: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      answers = 0;
      dieAfter = 1 + random(14);
      ends.push(await run());
    }
    expect(ends.filter((end) => end === "SIGKILL").length).to.equal(KILLS);
    const between = contentOf(path)["events"]?.length ?? 0;
    expect(between).to.be.within(1, (contentOf(whole)["events"]?.length ?? 0) - 1);
    dieAfter = Number.POSITIVE_INFINITY;
    expect(await run()).to.equal("0");
    server.closeAllConnections();
    server.close();
    expect(contentOf(path)).to.deep.equal(contentOf(whole));
  });

  it("by each failing question keeps the same history as one that is not", async () => {
    const chain = eventfulChain();
    const whole = join(folder, "unharmed.sqlite");
    let questions = 0;
    const indexer = indexerOf((method, params) => {
      questions += 1;
      return chain.request(method, params);
    }, whole);
    await indexer.tick();
    indexer.close();
    const wanted = contentOf(whole);

    const path = join(folder, "harmed.sqlite");
    let failures = 0;
    for (let last = 1; ; last += 1) {
      let asked = 0;
      const harmed = indexerOf((method, params) => {
        asked += 1;
        // each process gets one question further than the one before
        if (asked > last) return Promise.reject(new NodeUnreachableError("The process ends here."));
        return chain.request(method, params);
      }, path);
      try {
        const { lag } = await harmed.tick();
        if (lag === 0n) break;
      } catch {
        failures += 1;
      } finally {
        harmed.close();
      }
    }
    expect(failures).to.be.greaterThan(10);
    expect(questions).to.be.greaterThan(failures);
    expect(contentOf(path)).to.deep.equal(wanted);
  });
});
