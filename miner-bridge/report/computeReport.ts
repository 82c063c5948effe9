import { type AttestedWeights, FatalError, TemporaryError, referenceEpoch } from "../../lib/index.ts";
import type { Config } from "../config/index.ts";
import { type NftFacts, readFacts, tipsetKey } from "../discovery/index.ts";
import { type EndpointPool, pinTipset } from "../lotus/index.ts";
import type { Log } from "../ops/index.ts";
import type { ComputeMiner, MinerWeights, PinnedTipset } from "../power/index.ts";
import type { State } from "../state/index.ts";
import { Report } from "./Report.ts";

/** Weights that cannot be right were computed: nothing is said. */
export class ImpossibleWeightsError extends FatalError {
  override readonly name = "ImpossibleWeightsError";
}

/** The state that a frame's report speaks of is not final yet. */
export class NotFinalError extends TemporaryError {
  override readonly name = "NotFinalError";
}

export interface ReportDeps {
  readonly pool: EndpointPool;
  readonly state: Pick<State, "discovered" | "reports" | "blocks">;
  readonly computeMiner: ComputeMiner;
  readonly config: Pick<Config, "powerNft">;
  readonly log: Log;
}

/**
 * The report of a frame that everybody finds who reads the chain at its pinned tipset. Events have to be known up to
 * there. All endpoints have to agree on the tipset and on what the contract knew there. A report that was computed
 * before for the same tipset is taken from the memory.
 *
 * @throws {NotFinalError} when the frame's tipset is not final yet.
 * @throws {EndpointsDisagreeError}
 */
export async function computeReport(deps: ReportDeps, frame: number): Promise<Report> {
  const { log, pool } = deps;
  const { reports, blocks } = deps.state;
  const pinned = await pinTipset(pool, referenceEpoch(frame));
  if (pinned === undefined) {
    throw new NotFinalError(
      `The tipset of frame ${frame} (epoch ${referenceEpoch(frame)}) is not final: try again later.`,
    );
  }
  const key = tipsetKey(pinned.cids);
  const known = reports.get(frame);
  if (known?.tipset === key) return Report.parse(known.content);
  if (known !== undefined) {
    log.error({ event: "report.repinned", frame, before: known.tipset, now: key }, "the tipset of a report changed");
  }
  const facts = await agreedFacts(deps, pinned);
  const miners: MinerWeights[] = [];
  for (const [minerId, nfts] of byMiner(facts)) {
    const weights = await deps.computeMiner(pinned, minerId, nfts);
    checkWeights(weights, minerId, nfts);
    miners.push(weights);
  }
  const said = new Map<bigint, AttestedWeights>(facts.map((fact) => [fact.id, fact.said]));
  const report = new Report(frame, pinned, miners, said);
  reports.put(frame, { tipset: key, root: report.root, content: report.serialize() });
  blocks.keep(frame);
  log.info(
    { event: "report.computed", frame, root: report.root, epoch: pinned.height, nfts: facts.length },
    `computed the report of frame ${frame}`,
  );
  return report;
}

function agreedFacts({ pool, state, config }: ReportDeps, pinned: PinnedTipset): Promise<NftFacts[]> {
  return pool.agreed(`the NFTs in the state before epoch ${pinned.height}`, ({ request }) =>
    readFacts({ request, discovered: state.discovered, config }, pinned),
  );
}

function byMiner(facts: readonly NftFacts[]): Map<bigint, NftFacts[]> {
  const miners = new Map<bigint, NftFacts[]>();
  for (const fact of [...facts].sort((a, b) => (a.minerId < b.minerId ? -1 : a.minerId > b.minerId ? 1 : 0))) {
    const nfts = miners.get(fact.minerId);
    if (nfts === undefined) miners.set(fact.minerId, [fact]);
    else nfts.push(fact);
  }
  return miners;
}

/** Genesis claims are rounded otherwise than sectors are: so many of the claim's bytes may be one too many. */
const CLAIM_TOLERANCE = 10_000n;

/** Whatever computes: a weight for each NFT and no other, at most nominal, together at most the miner's power. */
function checkWeights(found: MinerWeights, minerId: bigint, nfts: readonly NftFacts[]): void {
  if (found.minerId !== minerId)
    throw new ImpossibleWeightsError(`Weights of f0${found.minerId} came for f0${minerId}.`);
  if ("skipped" in found) return;
  const nominal = new Map(nfts.map((nft) => [nft.id, nft.nominalPower]));
  let sum = 0n;
  for (const { id, weight } of found.weights) {
    const most = nominal.get(id);
    if (most === undefined || weight < 0n || weight > most) {
      throw new ImpossibleWeightsError(`NFT ${id} of f0${minerId} cannot weigh ${weight} bytes: report this fault.`);
    }
    nominal.delete(id);
    sum += weight;
  }
  if (nominal.size > 0 || sum > found.qap + found.qap / CLAIM_TOLERANCE) {
    throw new ImpossibleWeightsError(
      `The weights of f0${minerId} (${sum} of ${found.qap} bytes, ${nominal.size} missing) cannot be right: report this fault.`,
    );
  }
}
