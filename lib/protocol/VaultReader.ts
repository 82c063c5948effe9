import { minerVaultAbi } from "../abi/minerVault.ts";
import type { Hex } from "../hex.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";
import { ContractReader, hex } from "./ethCall.ts";

/** Reads the vault of one miner. */
export class VaultReader {
  readonly address: Hex;
  readonly #contract: ContractReader;

  constructor(request: JsonRpcRequest, address: Hex, block?: string) {
    this.address = address;
    this.#contract = new ContractReader(request, address, minerVaultAbi, block);
  }

  /** The operator that the present owner named, or the zero address. */
  operator(): Promise<Hex> {
    return this.#contract.read(hex, "operator");
  }
}
