import { EPOCHS_PER_DAY, EXPIRY_GRID } from "../../lib/index.ts";
import { HANDOVER } from "../chain/genesis.ts";
import { attest } from "./attest.ts";
import { readBalances } from "./books.ts";
import { deploy } from "./deploy.ts";
import { enrol } from "./enrol.ts";
import { expiries } from "./expiry.ts";
import { mint } from "./mint.ts";
import { pool } from "./pool.ts";
import { release } from "./release.ts";
import { introduce } from "./roles.ts";
import type { Stage } from "./Stage.ts";
import { type Story, statement } from "./statement.ts";
import { thirtyDays } from "./thirtyDays.ts";

/** A day before a date of expiry, so that the shortest term is 31 days. */
const DAY_ZERO = (HANDOVER / EXPIRY_GRID + 1n) * EXPIRY_GRID - EPOCHS_PER_DAY;

export interface Played {
  /** Whether the statements add up. */
  readonly addsUp: boolean;
  readonly story: Story;
}

/** The life of a miner under the protocol, and of a pool, act by act. */
export async function playStory(stage: Stage): Promise<Played> {
  stage.dayZero = DAY_ZERO;
  await introduce(stage);
  await deploy(stage);
  await enrol(stage);
  await mint(stage);
  const opening = await readBalances(stage);
  await attest(stage);
  const sale = await thirtyDays(stage);
  const burned = await expiries(stage);
  const direct = await release(stage);
  const story = { opening, sale, burned, direct };
  const results = [await statement(stage, story), await pool(stage)];
  return { addsUp: results.every((addsUp) => addsUp), story };
}
