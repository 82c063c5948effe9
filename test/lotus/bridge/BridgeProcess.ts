import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PROGRAM = resolve(import.meta.dirname, "../../../miner-bridge/index.ts");
const STOP_TIMEOUT = 20_000;

/** Settings of the bridge as environment variables, by their names there. */
export type BridgeEnvironment = Readonly<Record<string, string>>;

/** One process of the bridge, as an operator starts it, with a data folder of its own. */
export class BridgeProcess {
  /** Every line that it wrote. */
  readonly lines: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), "bridge-process-"));
  readonly #child: ChildProcess;

  constructor(command: readonly string[], environment: BridgeEnvironment) {
    this.#child = spawn(process.execPath, [PROGRAM, ...command], {
      env: { PATH: process.env["PATH"], MINER_BRIDGE_DATA_FOLDER: this.folder, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => this.lines.push(...text.split("\n").filter(Boolean)));
    }
  }

  /** The log's lines of an event. */
  events(event: string): Record<string, unknown>[] {
    return this.lines
      .filter((line) => line.includes(`"event":"${event}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits for the end. @returns the exit code. */
  async ended(): Promise<number | null> {
    if (this.running) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  /** Tells it to stop, and waits. @returns the exit code; null when it had to be killed. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT);
    const exitCode = await this.ended();
    clearTimeout(timer);
    rmSync(this.folder, { recursive: true, force: true });
    return exitCode;
  }
}
