import {
  FatalError,
  type Hex,
  type JsonRpcRequest,
  ContractReader,
  PoolReader,
  hex,
  minerRegistryAbi,
} from "../../lib/index.ts";

/** A transaction would have gone to a contract that the bridge was not set up with. */
export class ForbiddenTargetError extends FatalError {
  override readonly name = "ForbiddenTargetError";
}

export interface Contracts {
  readonly powerOracle: Hex;
  readonly powerNft: Hex;
  readonly minerRegistry: Hex;
  readonly jointMiningPools: readonly Hex[];
}

/**
 * The contracts that the bridge may send to: those of its settings, vaults that the registry vouches for, and auctions
 * that pools of the settings name as theirs.
 */
export class Targets {
  readonly #allowed: Set<string>;
  readonly #registry: ContractReader;
  readonly #request: JsonRpcRequest;

  constructor(request: JsonRpcRequest, { powerOracle, powerNft, minerRegistry, jointMiningPools }: Contracts) {
    const named = [powerOracle, powerNft, ...jointMiningPools];
    this.#allowed = new Set(named.map((address) => address.toLowerCase()));
    this.#request = request;
    this.#registry = new ContractReader(request, minerRegistry, minerRegistryAbi);
  }

  /** @throws {ForbiddenTargetError} when the registry does not know the address as the vault of the miner. */
  async allowVault(minerId: bigint, vault: Hex): Promise<void> {
    const known = await this.#registry.read(hex, "vaultOf", [minerId]);
    if (known.toLowerCase() !== vault.toLowerCase())
      throw forbidden(vault, `the registry's vault of f0${minerId} is ${known}`);
    this.#allowed.add(vault.toLowerCase());
  }

  /** The auction of a pool. @throws {ForbiddenTargetError} when the pool is not one of the settings. */
  async allowAuctionOf(pool: Hex): Promise<Hex> {
    this.check(pool);
    const auction = await new PoolReader(this.#request, pool).filAuction();
    this.#allowed.add(auction.toLowerCase());
    return auction;
  }

  /** @throws {ForbiddenTargetError} */
  check(target: Hex): void {
    if (!this.#allowed.has(target.toLowerCase())) throw forbidden(target, "it is not among the settings");
  }
}

function forbidden(target: Hex, details: string): ForbiddenTargetError {
  return new ForbiddenTargetError(
    `Nothing is sent to ${target}: check powerOracle, powerNft, minerRegistry and jointMiningPools.`,
    {
      details,
    },
  );
}
