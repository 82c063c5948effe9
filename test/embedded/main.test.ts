import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

import { expect } from "chai";

import { readOptions } from "../../embedded/options.ts";
import { UsageError, createTransport } from "../../lib/index.ts";
import { localPath, readDeployment } from "../../lib/deployments.ts";

const MAIN = "embedded/main.ts";
const CHECK = "scripts/require-node.mjs";

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function run(
  args: string[],
  until?: string,
): { child: ReturnType<typeof spawn>; seen: Promise<string>; ended: Promise<Ended> } {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const seen = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part: Buffer) => {
        output += part.toString();
        if (until !== undefined && output.includes(until)) resolve(output);
      });
    }
    child.on("close", () => reject(new Error(`ended before "${until ?? ""}": ${output}`)));
  });
  seen.catch(() => undefined);
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
  return { child, seen, ended };
}

describe("npm start", function () {
  this.timeout(300_000);

  it("keeps the network with --keep until it is told to stop, and tells the tasks where it is", async () => {
    const { child, seen, ended } = run([MAIN, "--keep", "--no-story", "--port", "0"], "Ctrl-C ends the network.");
    try {
      const output = await seen;
      const url = /http:\/\/127\.0\.0\.1:\d+\/rpc\/v1/.exec(output)?.[0] ?? "";
      const ask = createTransport({ url, retries: 0 });
      expect(await ask("Filecoin.StateNetworkName", [])).to.equal("embedded");
      const deployment = await readDeployment(localPath("embedded"), 31_415_926n);
      expect(output).to.contain(deployment.powerNFT);
      expect(await ask("eth_getCode", [deployment.powerNFT, "latest"])).to.have.length.above(1000);

      const first = BigInt((await ask("eth_blockNumber", [])) as string);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      expect(BigInt((await ask("eth_blockNumber", [])) as string) > first, "time goes on").to.equal(true);

      const second = await run([MAIN, "--keep", "--no-story", "--port", new URL(url).port]).ended;
      expect(second.code).to.equal(64);
      expect(second.output).to.contain(`Another program listens on 127.0.0.1:${new URL(url).port}`);

      child.kill("SIGTERM");
      const { code, output: all } = await ended;
      expect(code).to.equal(0);
      expect(all).to.contain("The network has ended.");
      expect(
        await ask("Filecoin.StateNetworkName", []).then(
          () => "answers",
          () => "silent",
        ),
      ).to.equal("silent");
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("says what is wrong with its options", () => {
    expect(() => readOptions(["--kepp"])).to.throw(UsageError, "--kepp");
    expect(() => readOptions(["--port", "70000"])).to.throw(UsageError, "--port 70000");
    expect(() => readOptions(["--no-story"])).to.throw(UsageError, "--keep");
    expect(readOptions(["--keep", "--port", "0"])).to.deep.equal({ keep: true, story: true, port: 0, help: false });
  });

  it("says in one sentence what to do on a Node that is too old", async () => {
    for (const version of ["v14.21.3", "v20.20.2", "v22.17.1"]) {
      const pretend = `data:text/javascript,Object.defineProperty(process,"version",{value:"${version}"})`;
      const { code, output } = await run(["--import", pretend, CHECK]).ended;
      expect(code).to.equal(1);
      expect(output.trim().split("\n")).to.have.length(1);
      expect(output).to.contain(version).and.to.contain('npx -y -p node@24 -c "npm ci && npm start"');
    }
    expect(await run([CHECK]).ended).to.deep.equal({ code: 0, output: "" });
  });

  it("asks for the same Node as package.json", async () => {
    const { engines } = JSON.parse(await readFile("package.json", "utf8")) as { engines: { node: string } };
    const [, major, minor] = /^>=(\d+)\.(\d+)\.0$/.exec(engines.node) ?? [];
    expect(await readFile(CHECK, "utf8")).to.contain(`[${major ?? ""}, ${minor ?? ""}]`);
  });
});
