import type { Metrics } from "./createMetrics.ts";
import type { Health } from "./health.ts";
import { type HttpServer, json, sentence, serveHttp } from "./serveHttp.ts";
import type { Log } from "./types.ts";

export interface OpsServerOptions {
  /** Loopback unless said otherwise. */
  readonly host?: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  readonly metrics: Pick<Metrics, "registry">;
  readonly health: Health;
  readonly log: Log;
}

/**
 * `/health`: the process lives. `/ready`: it works (200), or what does not (503). `/metrics`: for Prometheus.
 *
 * @throws {CannotListenError}
 */
export function createOpsServer({ host, port, metrics, health, log }: OpsServerOptions): Promise<HttpServer> {
  return serveHttp({
    host,
    port,
    failed: (error, url) => log.error({ event: "ops.failed", url, error }, "an answer failed"),
    answer: async ({ pathname }) => {
      if (pathname === "/health") return json(200, { alive: true });
      if (pathname === "/ready") {
        const readiness = await health.readiness();
        return json(readiness.ready ? 200 : 503, readiness);
      }
      if (pathname === "/metrics") {
        const { registry } = metrics;
        return { status: 200, headers: { "content-type": registry.contentType }, body: await registry.metrics() };
      }
      return sentence(404, "There are /health, /ready and /metrics.");
    },
  });
}
