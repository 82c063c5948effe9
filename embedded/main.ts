import { ExplainedError, ExitCode } from "../lib/index.ts";
import { EmbeddedFilecoin } from "./chain/EmbeddedFilecoin.ts";
import { compile } from "./compile.ts";
import { explain, tick, writeDeploymentFile } from "./keep.ts";
import { type Options, USAGE, readOptions } from "./options.ts";
import { Printer } from "./print/Printer.ts";
import { serveNode } from "./rpc/serveNode.ts";
import { deploy } from "./story/deploy.ts";
import { playStory } from "./story/playStory.ts";
import { Stage } from "./story/Stage.ts";

const MS_IN_SECOND = 1000;

/** `npm start`: an embedded Filecoin, the story on it, and with --keep the network for the tasks. */
async function main(options: Options, print: Printer): Promise<ExitCode> {
  const begin = performance.now();
  print.text(print.style("bold", "Finance on Filecoin mining power"), 0);
  print.text("Compiling the contracts (half a minute the first time) ...", 0);
  await compile();
  print.text("Starting an embedded Filecoin: an EVM with simulated precompiles, actors and miners ...", 0);
  const chain = await EmbeddedFilecoin.start();
  const server = await serveNode(chain, options.port);
  print.text(`It serves Lotus JSON-RPC at ${server.rpcUrl}; everything below goes through it.`, 0);
  const stage = await Stage.set(server, chain, print);
  try {
    let addsUp = true;
    if (options.story) ({ addsUp } = await playStory(stage));
    else await deploy(stage);
    print.text(`Played in ${Math.round((performance.now() - begin) / MS_IN_SECOND)} s.`);
    if (options.keep) {
      const stop = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
      const path = await writeDeploymentFile(stage);
      explain(stage, server, path, options.story);
      await tick(chain, stop.signal);
      print.blank();
      print.text("The network has ended.");
    }
    return addsUp ? ExitCode.ok : ExitCode.fatal;
  } finally {
    stage.close();
    await server.close();
    await chain.close();
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else process.exitCode = await main(options, Printer.toStdout());
} catch (error) {
  const known = error instanceof ExplainedError;
  process.stderr.write(
    `${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = known ? error.exitCode : ExitCode.fatal;
}
