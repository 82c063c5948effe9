import { expect } from "chai";
import { Wallet } from "ethers";

import { NodeRefusedError } from "../../../lib/index.ts";
import { createLog } from "../../../miner-bridge/ops/index.ts";

const KEY = `0x${"4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318".toUpperCase()}`;
const BARE_KEY = KEY.slice(2).toLowerCase();
const PASSWORD = "correct horse battery";
const JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJBbGxvdyI6WyJyZWFkIl19.2fXqgZ0Gr8m1xQkXj3tq0x5c2mWfF9nQ4yXn0cQhL7Y";
const LOTUS_KEY = Buffer.from(
  JSON.stringify({ Type: "bls", PrivateKey: "bm90IGEgcmVhbCBrZXkgYXQgYWxsLCByZWFsbHkgbm8=" }),
);
const MNEMONIC = "test test test test test test test test test test test junk";
const HASH = `0x${"ab".repeat(32)}`;

/** A log and the lines that it wrote. */
function recorded(secrets: readonly string[] = []): { log: ReturnType<typeof createLog>; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLog({ level: "debug", secrets, destination: { write: (line) => lines.push(line) } }) };
}

function lastOf(lines: readonly string[]): Record<string, unknown> {
  return JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
}

describe("the log", () => {
  it("writes one JSON object a line, keyed by event, with level, time and message", () => {
    const { log, lines } = recorded();
    log.info({ event: "report.submitted", frame: 2100, weight: 2n ** 70n }, "submitted");
    expect(lines.length).to.equal(1);
    const line = lastOf(lines);
    expect(line["time"]).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    delete line["time"];
    expect(line).to.deep.equal({
      level: "info",
      service: "miner-bridge",
      event: "report.submitted",
      frame: 2100,
      weight: String(2n ** 70n),
      message: "submitted",
    });
  });

  it("leaves out what is below its level", () => {
    const lines: string[] = [];
    const log = createLog({ level: "warn", destination: { write: (line) => lines.push(line) } });
    log.info({ event: "a.b" });
    log.error({ event: "c.d" });
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).to.deep.equal(["c.d"]);
  });

  it("shows hashes where a field is named as one", () => {
    const { log, lines } = recorded();
    log.info({ event: "transaction.sent", txHash: HASH, root: HASH, transactions: [HASH], tokenId: 17n, keyFile: "k" });
    expect(lastOf(lines)).to.include({ txHash: HASH, root: HASH, tokenId: "17", keyFile: "k" });
    expect(lastOf(lines)["transactions"]).to.deep.equal([HASH]);
  });

  describe("never lets out", () => {
    const deep = { a: { b: [{ privateKey: KEY }, { note: `the key is ${KEY}` }] } };
    const leaks: readonly (readonly [string, Record<string, unknown>, string?])[] = [
      ["a private key by the name of its field", { privateKey: KEY }],
      ["a private key in a field with a harmless name", { detail: KEY }],
      ["a private key without 0x", { detail: BARE_KEY }],
      ["a private key in the message", {}, `could not use ${KEY}`],
      ["a private key deep in an object", { deep }],
      ["a private key as bytes", { raw: Buffer.from(BARE_KEY, "hex") }],
      ["a private key as base64", { raw: Buffer.from(BARE_KEY, "hex").toString("base64") }],
      ["a wallet", { signer: new Wallet(KEY.toLowerCase()) }],
      ["a key as Lotus exports it", { line: LOTUS_KEY.toString("hex") }],
      ["a key as Lotus stores it", { line: LOTUS_KEY.toString() }],
      ["a node's token in a header", { headers: { Authorization: `Bearer ${JWT}` } }],
      ["a node's token in a text", { said: `tried Bearer ${JWT} in vain` }],
      ["a node's token alone", { said: JWT }],
      ["a token in a URL's query", { url: `https://node.example/rpc/v1?token=${BARE_KEY.slice(0, 20)}` }],
      ["a password in a URL", { url: `https://operator:${PASSWORD.replaceAll(" ", "-")}@node.example/rpc/v1` }],
      ["a provider's key in a URL's path", { url: `https://node.example/v3/${BARE_KEY.slice(0, 32)}` }],
      ["a password by its name", { keystorePassword: PASSWORD, config: { KEY_PASSPHRASE: PASSWORD } }],
      ["a password in an assignment", {}, `KEY_PASSWORD="${PASSWORD.replaceAll(" ", "-")}"`],
      ["a mnemonic", { words: MNEMONIC }],
      ["an environment", { environment: { PRIVATE_KEY: KEY, LOTUS_RPC_TOKEN: JWT, API_KEY: "k-123456" } }],
      [
        "a key in an error, its cause and its data",
        {
          error: new NodeRefusedError("eth_call", { code: 1, message: `bad ${KEY}`, data: { key: KEY } }),
          cause: new Error("outer", { cause: new Error(`inner ${BARE_KEY} ${JWT}`) }),
        },
      ],
      ["a key at the border of what is cut", { body: `${"x".repeat(4_080)} ${KEY}` }],
    ];
    const parts = [
      BARE_KEY,
      BARE_KEY.slice(0, 20),
      Buffer.from(BARE_KEY, "hex").toString("base64"),
      PASSWORD,
      PASSWORD.replaceAll(" ", "-"),
      JWT.slice(0, 30),
      JWT.slice(-20),
      "bm90IGEgcmVhbCBrZXkg",
      LOTUS_KEY.toString("hex").slice(30),
      "junk",
      "k-123456",
    ];
    for (const [what, fields, message] of leaks) {
      it(what, () => {
        const { log, lines } = recorded();
        for (const level of ["debug", "info", "warn", "error"] as const) {
          log[level]({ event: "test.leak", ...fields }, message);
        }
        expect(lines.length).to.equal(4);
        for (const line of lines) {
          expect(line).to.contain("test.leak");
          for (const part of parts) expect(line.toLowerCase()).to.not.contain(part.toLowerCase());
        }
      });
    }

    it("a value that it was told of, however it is written", () => {
      const { log, lines } = recorded([PASSWORD]);
      log.hide("  S3cret.(Value  ");
      log.hide(KEY);
      log.warn({ event: "test.hidden", txHash: KEY, note: `x${BARE_KEY}x s3CRET.(vALUE` }, `is ${PASSWORD}?`);
      const line = lines.join("").toLowerCase();
      expect(line).to.contain("test.hidden");
      for (const secret of [PASSWORD, "s3cret.(value", BARE_KEY]) expect(line).to.not.contain(secret);
    });
  });

  it("cuts what a hostile node says at length", () => {
    const { log, lines } = recorded();
    log.error({ event: "node.nonsense", said: "a".repeat(1_000_000), many: Array.from({ length: 1_000 }, () => "b") });
    expect(lines.join("").length).to.be.lessThan(6_000);
  });

  it("survives an object that holds itself", () => {
    const { log, lines } = recorded();
    const loop: Record<string, unknown> = {};
    loop["loop"] = loop;
    log.info({ event: "test.loop", loop });
    expect(lines.join("")).to.contain("[deep]");
  });
});
