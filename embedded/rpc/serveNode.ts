import type { EmbeddedFilecoin } from "../chain/EmbeddedFilecoin.ts";
import { actorMethods } from "./actorMethods.ts";
import { Actors } from "./Actors.ts";
import { chainMethods } from "./chainMethods.ts";
import { EthMethods, methodNotFound } from "./ethMethods.ts";
import { type HttpServer, serveHttp } from "./HttpServer.ts";
import { messageMethods } from "./messageMethods.ts";
import { Messages } from "./Messages.ts";
import { minerMethods } from "./minerMethods.ts";
import { Tipsets } from "./Tipsets.ts";

/** The Lotus whose answers are imitated. */
const VERSION = "1.36.2+embedded";

/**
 * Serves a chain as a Lotus node would: `Filecoin.*` and `eth_*` over HTTP on loopback.
 *
 * @param port 0: any free one.
 * @throws {PortTakenError}
 */
export async function serveNode(chain: EmbeddedFilecoin, port: number): Promise<HttpServer> {
  const tipsets = new Tipsets(chain);
  const actors = new Actors(chain);
  const messages = new Messages(chain, tipsets, actors);
  const eth = new EthMethods(chain, tipsets, VERSION);
  const methods = new Map([
    ...chainMethods(tipsets, VERSION),
    ...actorMethods(chain, tipsets, actors),
    ...minerMethods(chain, tipsets, actors),
    ...messageMethods(tipsets, messages),
  ]);
  return serveHttp({
    port,
    call: async (name, params) => {
      const method = methods.get(name);
      if (method !== undefined) return method(params);
      const ethName = EthMethods.nameOf(name);
      if (ethName === undefined) throw methodNotFound(name);
      return eth.call(ethName, params);
    },
    advance: (epochs) =>
      chain.exclusively(async () => {
        await chain.advance(epochs);
        return tipsets.headHeight();
      }),
  });
}
