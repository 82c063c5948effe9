import {
  type AttestedWeights,
  BadAnswerError,
  type JsonRpcRequest,
  PowerNftReader,
  TemporaryError,
  countSectors,
  inBatches,
} from "../../lib/index.ts";
import type { Config } from "../config/index.ts";
import type { LivingNft, PinnedTipset } from "../power/types.ts";
import type { Discovered, KnownNft } from "../state/index.ts";

/** The node does not show every event: a report from them would not be the one of others. */
export class EventsMissingError extends TemporaryError {
  override readonly name = "EventsMissingError";
}

/** An NFT in the pinned state, with what members said of it last. */
export interface NftFacts extends LivingNft {
  readonly said: AttestedWeights;
}

export interface FactsDeps {
  readonly request: JsonRpcRequest;
  readonly discovered: Discovered;
  readonly config: Pick<Config, "powerNft">;
}

/**
 * What the contract knew of every living NFT in the pinned state, in order of ids.
 *
 * @throws {EventsMissingError} when more NFTs were minted than the events tell of.
 * @throws {BadAnswerError} when the node's events and the contract's state contradict each other.
 */
export async function readFacts({ request, discovered, config }: FactsDeps, pinned: PinnedTipset): Promise<NftFacts[]> {
  const epoch = pinned.height - 1n;
  const contract = new PowerNftReader(request, config.powerNft, `0x${epoch.toString(16)}`);
  const minted = await contract.minted();
  const known = discovered.mintedBy(epoch);
  if (known !== minted) {
    throw new EventsMissingError(
      `The node shows ${known} of ${minted} mints: switch its chain index on (\`[ChainIndexer] EnableIndexer\`), ` +
        "let it fill in the past, or use another node.",
    );
  }
  return inBatches(discovered.livingAfter(epoch), async (nft) => {
    const [power, said] = await Promise.all([contract.powerOf(nft.id), contract.attestedWeightsOf(nft.id)]);
    const same =
      power.minerId === nft.minerId &&
      power.nominalPower === nft.nominalPower &&
      power.expiry === nft.expiry &&
      power.sectorCount === countSectors(nft.sectors);
    if (!same) throw contradiction(nft);
    return { ...nft, attested: power.attestedAt !== 0n, said };
  });
}

function contradiction({ id }: KnownNft): BadAnswerError {
  return new BadAnswerError(`The node's events and its state tell different things of NFT ${id}: use another node.`);
}
