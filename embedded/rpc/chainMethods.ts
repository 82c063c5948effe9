import { type Method, epoch, method, tipsetKey } from "./params.ts";
import { RpcCode, RpcError } from "./RpcError.ts";
import type { Tipsets } from "./Tipsets.ts";

const NETWORK_VERSION = 28;
const BLOCK_DELAY_SECONDS = 30;
/** 2.3.0 of Lotus' stable API. */
const API_VERSION = 131_840;

export function chainMethods(tipsets: Tipsets, version: string): (readonly [string, Method])[] {
  const atHeight = async (height: bigint, key: readonly { readonly "/": string }[]): Promise<unknown> => {
    const top = key.length === 0 ? await tipsets.headHeight() : tipsets.heightOf(key);
    if (height > top) {
      throw new RpcError(
        RpcCode.failed,
        `looking for tipset with height greater than start point, req: ${height}, head: ${top}`,
      );
    }
    return tipsets.at(height);
  };
  return [
    method("Filecoin.Version", [], () => ({
      Version: version,
      APIVersion: API_VERSION,
      BlockDelay: BLOCK_DELAY_SECONDS,
      Agent: "embedded",
    })),
    method("Filecoin.StateNetworkName", [], () => "embedded"),
    method("Filecoin.StateNetworkVersion", [tipsetKey], () => NETWORK_VERSION),
    method("Filecoin.ChainHead", [], () => tipsets.head()),
    method("Filecoin.ChainGetGenesis", [], () => tipsets.at(0n)),
    method("Filecoin.ChainGetFinalizedTipSet", [], () => tipsets.finalized()),
    method("Filecoin.ChainGetTipSet", [tipsetKey], async (key) =>
      key.length === 0 ? tipsets.head() : tipsets.at(tipsets.heightOf(key)),
    ),
    // There are no empty epochs: at, before and after a height is the same tipset.
    method("Filecoin.ChainGetTipSetByHeight", [epoch, tipsetKey], atHeight),
    method("Filecoin.ChainGetTipSetAfterHeight", [epoch, tipsetKey], atHeight),
  ];
}
