import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { createHealth, createLog, createMetrics, createOpsServer } from "../../../miner-bridge/ops/index.ts";

const ROOT = new URL("../../../", import.meta.url);
const DEPLOY = new URL("miner-bridge/ops/deploy/", ROOT);

const textOf = (name: string): Promise<string> => readFile(new URL(name, DEPLOY), "utf8");

describe("the deployment files", () => {
  it("copy into the image what there is, and what the image is allowed to see", async () => {
    const [dockerfile, ignore] = [await textOf("Dockerfile"), await textOf("Dockerfile.dockerignore")];
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = ""]) => from.split(" "));
    expect(copied).to.include.members(["package.json", "package-lock.json", "lib", "miner-bridge"]);
    for (const path of copied) {
      expect(existsSync(new URL(path, ROOT)), path).to.equal(true);
      expect(ignore.split("\n"), path).to.include(`!${path}`);
    }
  });

  it("run without root, and their program where the image has it", async () => {
    const dockerfile = await textOf("Dockerfile");
    expect(dockerfile).to.match(/^USER 1000:1000$/m);
    const [, healthcheck = ""] = /CMD \["node", "([^"]+)"\]/.exec(dockerfile) ?? [];
    expect(existsSync(new URL(healthcheck, ROOT))).to.equal(true);
  });

  it("start the program with little room for objects of an instant, as it is measured", async () => {
    const [, flag = ""] =
      /"(--max-semi-space-size=\d+)"/.exec(await readFile(new URL("bench/bridge.ts", ROOT), "utf8")) ?? [];
    const starts = ["Dockerfile", "miner-bridge@.service", "../../index.ts", "../../../package.json"];
    for (const name of starts) expect(await textOf(name), name).to.contain(flag || "a flag");
  });

  it("name settings of one network address everywhere", async () => {
    const port = String(9464);
    for (const name of ["Dockerfile", "healthcheck.mjs", "prometheus.yml"]) {
      expect(await textOf(name), name).to.contain(port);
    }
  });

  it("test every alert on a good day and on a bad one", async () => {
    const [rules, tests] = [await textOf("alerts.yml"), await textOf("alerts.test.yml")];
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    const tested = [...tests.matchAll(/alertname: (\w+)/g)].map(([, name]) => name);
    expect(tested).to.deep.equal([...alerts, ...alerts]);
  });

  it("give each panel of the dashboard a number and a place of its own", async () => {
    const { panels } = JSON.parse(await textOf("dashboard.json")) as {
      panels: { id: number; title: string; gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).to.equal(cells.length);
  });

  describe("the container's health check", () => {
    const check = (port: number): Promise<number | null> =>
      new Promise((resolve, reject) => {
        spawn(process.execPath, [fileURLToPath(new URL("healthcheck.mjs", DEPLOY))], {
          env: { MINER_BRIDGE_HTTP_PORT: String(port) },
          stdio: "ignore",
        })
          .on("error", reject)
          .on("close", resolve);
      });

    it("passes while the bridge is ready, and fails when it is not or is gone", async function () {
      this.timeout(60_000);
      const health = createHealth({ checks: {}, maxTickAgeMs: 60_000 });
      const log = createLog({ level: "silent" });
      const server = await createOpsServer({ port: 0, metrics: createMetrics(), health, log });
      expect(await check(server.port)).to.equal(1);
      health.ticked();
      expect(await check(server.port)).to.equal(0);
      await server.close();
      expect(await check(server.port)).to.equal(1);
    });
  });
});
