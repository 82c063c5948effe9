import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

import { ExitCode, ExplainedError } from "../../lib/index.ts";
import { check } from "./check.ts";
import { explain } from "./explain.ts";
import { init } from "./init.ts";
import { report, verify } from "./report.ts";
import { runRole } from "./runRole.ts";
import { status } from "./status.ts";
import type { Terminal } from "./Terminal.ts";

const ROLES = ["attestor", "keeper"] as const;

/**
 * The command line of the bridge.
 *
 * @param argv What was typed after the program's name.
 * @returns the exit code: 0 ok, 1 refused, 64 usage, 69 temporary, 70 fatal.
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.ok;
  const program = createProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    // what commander had to say it has said
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    if (error instanceof ExplainedError) {
      terminal.complain(error.message);
      return error.exitCode;
    }
    terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return ExitCode.fatal;
  }
}

function createProgram(terminal: Terminal, end: (exitCode: ExitCode) => void): Command {
  const program = new Command("miner-bridge")
    .description("Attests the sector power of power NFTs, and keeps their accounts moving")
    .option("--config <file>", "file of settings (MINER_BRIDGE_CONFIG; miner-bridge.json unless named)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
    });
  const config = (): string | undefined => program.opts<{ config?: string }>().config;
  const json = new Option("--json", "one JSON object, for programs").default(false);

  program
    .command("init")
    .description("write a file of settings")
    .requiredOption("--chain-id <id>", "314 mainnet, 314159 Calibration", wholeNumber)
    .requiredOption("--rpc <url...>", "Lotus JSON-RPC endpoints")
    .requiredOption("--deployed-at <epoch>", "epoch at which the contracts were deployed", wholeNumber)
    .option("--deployments <file>", "file of contract addresses, unless the committed one")
    .action((options: { chainId: number; rpc: string[]; deployedAt: number; deployments?: string }) =>
      init(terminal, { ...options, config: config() ?? "miner-bridge.json" }),
    );
  const run = program.command("run").description("run a role until SIGTERM");
  for (const role of ROLES) {
    run
      .command(role)
      .option("--once", "one round, then the end", false)
      .action(async ({ once }: { once: boolean }) => end(await runRole(terminal, role, { config: config(), once })));
  }
  program
    .command("status")
    .description("what the node, the oracle and this bridge's memory say")
    .addOption(json)
    .action((options: { json: boolean }) => status(terminal, { ...options, config: config() }));
  program
    .command("check")
    .description("look at everything that the bridge needs: PASS or FAIL each")
    .option("--deep", "read every miner both ways and compare", false)
    .addOption(json)
    .action(async (options: { json: boolean; deep: boolean }) =>
      end(await check(terminal, { ...options, config: config() })),
    );
  program
    .command("report")
    .description("the report of a frame, as anybody computes it; nothing is sent")
    .requiredOption("--frame <number>", "the day since epoch 0", wholeNumber)
    .option("--dry", "as always: a report on the terminal is never sent")
    .addOption(json)
    .action(async ({ frame, ...options }: { frame: number; json: boolean }) =>
      end(await report(terminal, frame, { ...options, config: config() })),
    );
  program
    .command("verify")
    .argument("<frame>", "the day since epoch 0", wholeNumber)
    .description("whether the quorum found what this bridge finds, and where not")
    .addOption(json)
    .action(async (frame: number, options: { json: boolean }) =>
      end(await verify(terminal, frame, { ...options, config: config() })),
    );
  program
    .command("explain")
    .argument("<nft>", "number of the NFT", wholeNumber)
    .description("how the weight of an NFT came about, sector by sector")
    .option("--frame <number>", "the newest final one unless named", wholeNumber)
    .addOption(json)
    .action((nft: number, options: { json: boolean; frame?: number }) =>
      explain(terminal, BigInt(nft), { ...options, config: config() }),
    );
  return program;
}

function wholeNumber(typed: string): number {
  const value = /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("type a whole number.");
  return value;
}
