import { readFile } from "node:fs/promises";

import { expect } from "chai";

import { createMetrics, filOf } from "../../../miner-bridge/ops/index.ts";

const OPS = new URL("../../../miner-bridge/ops/", import.meta.url);
/** What Prometheus adds to a name for the parts of a histogram. */
const PARTS = /_(bucket|sum|count)$/;

async function textOf(path: string): Promise<string> {
  return readFile(new URL(path, OPS), "utf8");
}

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** The metrics of the bridge itself, as the registry knows them. */
function described(): Described[] {
  return createMetrics()
    .registry.getMetricsAsArray()
    .filter(({ name }) => name.startsWith("miner_bridge_"))
    .map((metric) => {
      // labels are not in the library's type
      const { labelNames } = metric as unknown as { labelNames: readonly string[] };
      return { name: metric.name, help: metric.help, type: String(metric.type), labels: labelNames };
    });
}

/** Names of metrics in an expression of PromQL; names of labels stand within braces or brackets. */
function namesIn(expression: string): string[] {
  const bare = expression.replaceAll(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|without)\s*\([^)]*\)/g, " ");
  return [...bare.matchAll(/\b(?:miner_bridge|process|nodejs)_\w+/g)].map(([name]) => name);
}

describe("the metrics", () => {
  it("are in the README's table, each with its type, labels and meaning, and nothing else is", async () => {
    const rows = (await textOf("README.md")).matchAll(/^\| `(miner_bridge_\w+)` \| (\w+) \| (.*?) \| (.*?) \|$/gm);
    const table = [...rows].map(([, name = "", type = "", labels = "", help = ""]) => {
      return { name, help, type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label) };
    });
    expect(table).to.deep.equal(described());
  });

  it("that the alert rules and the dashboard use are in the registry", async () => {
    const known = new Set(
      createMetrics()
        .registry.getMetricsAsArray()
        .map(({ name }) => name),
    );
    const dashboard = JSON.parse(await textOf("deploy/dashboard.json")) as {
      panels: { targets?: { expr: string }[] }[];
    };
    const shown = dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => namesIn(expr)));
    const alerts = [...(await textOf("deploy/alerts.yml")).matchAll(/expr:([\s\S]*?)\n +(?:for|labels):/g)];
    const watched = alerts.flatMap(([, expr = ""]) => namesIn(expr));
    expect(alerts.length).to.be.greaterThan(10);
    expect(shown.length).to.be.greaterThan(30);
    const unknown = [...shown, ...watched].filter((name) => !known.has(name) && !known.has(name.replace(PARTS, "")));
    expect(unknown).to.deep.equal([]);
  });

  it("of the bridge are all on the dashboard", async () => {
    const dashboard = await textOf("deploy/dashboard.json");
    expect(described().filter(({ name }) => !dashboard.includes(name))).to.deep.equal([]);
  });

  it("come out as Prometheus reads them", async () => {
    const metrics = createMetrics();
    metrics.attestor.lastSubmitted.set(2100);
    metrics.chain.endpointErrors.inc({ endpoint: "node.example", kind: "unreachable" }, 2);
    metrics.transactions.walletBalance.set({ address: "0x1" }, filOf(1_500_000_000_000_000_000n));
    const text = await metrics.registry.metrics();
    expect(text).to.contain("\nminer_bridge_attestor_last_frame_submitted 2100\n");
    expect(text).to.contain('miner_bridge_endpoint_errors_total{endpoint="node.example",kind="unreachable"} 2\n');
    expect(text).to.contain('miner_bridge_wallet_balance_fil{address="0x1"} 1.5\n');
    expect(text).to.contain("process_resident_memory_bytes ");
  });

  it("of two bridges in one process stay apart", async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.index.epoch.set(7);
    expect(await other.registry.metrics()).to.not.contain("miner_bridge_index_epoch 7");
  });
});
