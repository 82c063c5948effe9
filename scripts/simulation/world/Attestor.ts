import { type ReportPage, ReportTree, frameOf } from "../../../lib/index.ts";
import type { Provider } from "./Provider.ts";
import type { World } from "./World.ts";

/** Reports weights as an attestor does: those that changed, and once more until two reports agree. */
export class Attestor {
  readonly #world: World;
  /** The last two reported weights of each NFT. */
  readonly #reported = new Map<bigint, { last: bigint; previous: bigint }>();

  constructor(world: World) {
    this.#world = world;
  }

  async report(providers: readonly Provider[]): Promise<void> {
    const { fil, contracts, attestor, keeper } = this.#world;
    const now = await fil.epoch();
    const pages: ReportPage[] = [];
    for (const provider of providers) {
      const ids: bigint[] = [];
      const weights: bigint[] = [];
      for (const nft of provider.minted) {
        if (nft.expiry <= now) continue;
        const weight = provider.powerOf(nft);
        const { last, previous } = this.#reported.get(nft.id) ?? { last: 0n, previous: 0n };
        if (weight === last && last === previous) continue;
        this.#reported.set(nft.id, { last: weight, previous: last });
        nft.attestedAt ??= now;
        ids.push(nft.id);
        weights.push(weight);
      }
      if (ids.length > 0) pages.push({ minerId: provider.miner, ids, weights });
    }
    if (pages.length === 0) return;
    const tree = new ReportTree(frameOf(now), pages);
    await this.#world.send(attestor, contracts.oracle, "submit", [tree.frame, tree.root]);
    for (const page of pages) {
      const { minerId, ids, weights } = page;
      const args = [tree.frame, minerId, ids, weights, tree.proofOf(page)];
      await this.#world.send(keeper, contracts.oracle, "applyPage", args);
    }
  }
}
