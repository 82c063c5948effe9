import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { chmod, mkdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, "../../..");
/** Where a packed binary is looked for, beside the repository. */
const PACKED = resolve(ROOT, "../shared/lotus-devnet/lotus-devnet-linux-amd64.zst");

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Unpacks once into the user's cache folder, under a name that changes with the content. */
async function unpack(packed: string): Promise<string> {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const file = join(cache, "lotus-devnet", (await sha256(packed)).slice(0, 16));
  if (existsSync(file)) return file;
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part.${process.pid}`;
  await pipeline(createReadStream(packed), createZstdDecompress(), createWriteStream(part));
  await chmod(part, 0o755);
  await rename(part, file); // at once, so that a run side by side never sees half a binary
  return file;
}

/** The network's binary: LOTUS_DEVNET_BIN, or the packed one beside the repository. */
export async function devnetBinary(): Promise<string> {
  const named = process.env["LOTUS_DEVNET_BIN"];
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) throw new Error(`LOTUS_DEVNET_BIN names ${named}, which does not exist`);
    return named.endsWith(".zst") ? unpack(named) : named;
  }
  if (existsSync(PACKED)) return unpack(PACKED);
  throw new Error(
    `No Lotus development network: build one (about 12 minutes) with ${join(HERE, "build.sh")} OUTPUT ` +
      `and set LOTUS_DEVNET_BIN=OUTPUT, or put a packed one at ${PACKED}`,
  );
}
