/** Asks the bridge in this container whether it works: exit code 0 or 1. */
const port = process.env.MINER_BRIDGE_HTTP_PORT ?? "9464";
const TIMEOUT = 8_000;

try {
  const response = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(TIMEOUT) });
  if (!response.ok) console.error(await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
