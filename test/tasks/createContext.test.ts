import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { createContext } from "../../tasks/support/createContext.ts";
import { Report } from "../../tasks/support/Report.ts";
import type { TaskContext } from "../../tasks/support/TaskContext.ts";

const BLOCK = { Timestamp: 1_785_394_365, ParentStateRoot: { "/": "x" }, ParentBaseFee: "100" };

/** A node that knows which network it is of. */
class Node {
  readonly answers: Record<string, unknown>;
  readonly tokens = new Set<string | undefined>();
  readonly #server: Server;

  constructor(chainId: number, name: string | undefined, miner = "f01000") {
    this.answers = {
      eth_chainId: `0x${chainId.toString(16)}`,
      "Filecoin.StateNetworkName": name,
      "Filecoin.ChainHead": { Cids: [{ "/": "x" }], Blocks: [{ ...BLOCK, Miner: miner }], Height: 100 },
    };
    this.#server = createServer((request, response) => {
      this.tokens.add(request.headers.authorization);
      request.setEncoding("utf8");
      let body = "";
      request.on("data", (part: string) => (body += part));
      request.on("end", () => {
        const result = this.answers[(JSON.parse(body) as { method: string }).method];
        const answer = result === undefined ? { error: { code: -32601, message: "not found" } } : { result };
        response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, ...answer }));
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe("connecting to the network of --network", () => {
  const nodes: Node[] = [];
  afterEach(() => {
    delete process.env.LOTUS_RPC_URL;
    delete process.env.LOTUS_RPC_TOKEN;
    for (const node of nodes.splice(0)) node.stop();
  });

  async function serve(...node: ConstructorParameters<typeof Node>): Promise<string> {
    const server = new Node(...node);
    nodes.push(server);
    return server.start();
  }

  function connect(network: string, url: string, chainId?: number): Promise<TaskContext> {
    const config = { type: "http", url: { getUrl: () => Promise.resolve(url) }, chainId };
    const hre = { globalOptions: { network }, config: { networks: { [network]: config } } };
    return createContext(hre as unknown as HardhatRuntimeEnvironment, new Report(() => {}), {
      json: false,
      deployments: undefined,
    });
  }

  async function refusal(promise: Promise<unknown>): Promise<string> {
    try {
      await promise;
    } catch (error) {
      expect(error).to.have.property("exitCode", 64);
      return (error as Error).message;
    }
    throw new Error("it connected");
  }

  it("knows Calibration, where addresses start with t", async () => {
    const { network, parseAddress } = await connect("calibration", await serve(314_159, "calibrationnet"), 314_159);
    expect(network.public?.name).to.equal("calibration");
    expect(parseAddress("t01234").id).to.equal(1234n);
    expect(() => parseAddress("f01234")).to.throw(/type t01234/);
  });

  it("believes the configuration where a gateway does not tell the network's name", async () => {
    const { network } = await connect("mainnet", await serve(314, undefined), 314);
    expect(network.public?.name).to.equal("mainnet");
  });

  it("does not take a local network for mainnet because it borrows the chain id", async () => {
    const { network } = await connect("lotus", await serve(314, "testing"));
    expect(network.public).to.equal(undefined);
    expect(network.clock.dateOf(100n).getTime()).to.equal(1_785_394_365_000);
  });

  it("takes the letter of a local network's addresses from its miners", async () => {
    const { network } = await connect("lotus", await serve(31_415_926, "localnet", "t01000"));
    expect(network.prefix).to.equal("t");
  });

  it("refuses a node of another chain than the network's", async () => {
    const url = await serve(314_159, "calibrationnet");
    expect(await refusal(connect("mainnet", url, 314))).to.match(
      /is chain 314, but the node.*chain 314159: check its URL/,
    );
  });

  it("refuses a LOTUS_RPC_URL of another chain", async () => {
    process.env.LOTUS_RPC_URL = await serve(314_159, "calibrationnet");
    const url = await serve(314, "mainnet");
    expect(await refusal(connect("mainnet", url, 314))).to.match(/LOTUS_RPC_URL is a node of chain 314159/);
  });

  it("gives the token to the node that it belongs to, and to no other", async () => {
    process.env.LOTUS_RPC_TOKEN = "secret";
    process.env.LOTUS_RPC_URL = await serve(314, "mainnet");
    await connect("mainnet", await serve(314, "mainnet"), 314);
    const [own, gateway] = nodes;
    expect([...(own?.tokens ?? [])]).to.deep.equal(["Bearer secret"]);
    expect([...(gateway?.tokens ?? [])]).to.deep.equal([undefined]);
    delete process.env.LOTUS_RPC_URL;
    await connect("mainnet", await serve(314, "mainnet"), 314);
    expect([...(nodes[2]?.tokens ?? [])]).to.deep.equal([undefined]);
    await connect("lotus", await serve(314, "mainnet"));
    expect([...(nodes[3]?.tokens ?? [])]).to.deep.equal(["Bearer secret"]);
  });

  it("wants a network that is reached by a node", async () => {
    const hre = { globalOptions: {}, config: { networks: { default: { type: "edr-simulated" } } } };
    const common = { json: false, deployments: undefined };
    const promise = createContext(hre as unknown as HardhatRuntimeEnvironment, new Report(() => {}), common);
    expect(await refusal(promise)).to.match(/Name the network to work on: --network/);
  });
});
