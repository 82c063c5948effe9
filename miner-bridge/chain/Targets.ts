import { FatalError, type Hex, type JsonRpcRequest, ContractReader, hex, minerRegistryAbi } from "../../lib/index.ts";

/** A transaction would have gone to a contract that the bridge was not set up with. */
export class ForbiddenTargetError extends FatalError {
  override readonly name = "ForbiddenTargetError";
}

export interface Contracts {
  readonly powerOracle: Hex;
  readonly powerNft: Hex;
  readonly minerRegistry: Hex;
}

/** The contracts that the bridge may send to: those of its settings, and vaults that the registry vouches for. */
export class Targets {
  readonly #allowed: Set<string>;
  readonly #registry: ContractReader;

  constructor(request: JsonRpcRequest, { powerOracle, powerNft, minerRegistry }: Contracts) {
    this.#allowed = new Set([powerOracle, powerNft].map((address) => address.toLowerCase()));
    this.#registry = new ContractReader(request, minerRegistry, minerRegistryAbi);
  }

  /** @throws {ForbiddenTargetError} when the registry does not know the address as the vault of the miner. */
  async allowVault(minerId: bigint, vault: Hex): Promise<void> {
    const known = await this.#registry.read(hex, "vaultOf", [minerId]);
    if (known.toLowerCase() !== vault.toLowerCase())
      throw forbidden(vault, `the registry's vault of f0${minerId} is ${known}`);
    this.#allowed.add(vault.toLowerCase());
  }

  /** @throws {ForbiddenTargetError} */
  check(target: Hex): void {
    if (!this.#allowed.has(target.toLowerCase())) throw forbidden(target, "it is not among the settings");
  }
}

function forbidden(target: Hex, details: string): ForbiddenTargetError {
  return new ForbiddenTargetError(`Nothing is sent to ${target}: check powerOracle, powerNft and minerRegistry.`, {
    details,
  });
}
