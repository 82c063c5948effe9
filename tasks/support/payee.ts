import { poolsOf } from "../../lib/deployments.ts";
import { actorKind, type Address, formatAddress, type Hex, RefusedError } from "../../lib/index.ts";
import { evmFormOf } from "./Sender.ts";
import type { TaskContext } from "./TaskContext.ts";

/** Who gets FIL or an NFT, in the form that contracts take. */
export interface Payee {
  readonly evm: Hex;
  readonly text: string;
}

/**
 * Reads who is to be paid, and refuses who cannot use the money.
 *
 * @throws {RefusedError} for a miner, whose balance belongs to its beneficiary, and for our own contracts.
 */
export async function readPayee(
  context: TaskContext,
  text: string,
  what: "FIL" | "NFT" | "shares" | "coins",
): Promise<Payee> {
  const { network, report } = context;
  const address = context.parseAddress(text);
  const kind = await actorKind(context.lotus, address);
  if (kind === "storageminer") {
    throw new RefusedError(
      `${address.toString(network.prefix)} is a miner: what it gets belongs to its beneficiary. Name an account, a multisig or a wallet.`,
    );
  }
  if (kind === "missing" && address.kind === "id") {
    throw new RefusedError(`${address.toString(network.prefix)} does not exist: check the number.`);
  }
  const evm = await evmFormOf(context, address);
  const deployment = await context.deployment();
  const own = [
    deployment.powerNFT,
    deployment.powerMarket,
    ...poolsOf(deployment).flatMap(({ address: pool, coin, auction }) => [
      pool,
      coin,
      ...(auction === undefined ? [] : [auction]),
    ]),
    deployment.minerRegistry,
    deployment.accessManager,
  ];
  if (own.some((contract) => contract.toLowerCase() === evm.toLowerCase())) {
    throw new RefusedError(`${evm} is one of the protocol's own contracts: name an account, a multisig or a wallet.`);
  }
  if (kind === "evm" && what === "FIL") {
    report.check("payee", "warn", `${evm} is a contract: the FIL arrives without any code of it running.`);
  }
  if (kind === "evm" && what === "NFT") {
    report.check("payee", "warn", `${evm} is a contract: it is not asked whether it can hold NFTs.`);
  }
  if (kind === "evm" && (what === "shares" || what === "coins")) {
    report.check("payee", "warn", `${evm} is a contract: it is not asked whether it can move ${what} on.`);
  }
  return { evm, text: describe(address, evm, context) };
}

function describe(address: Address, evm: Hex, { network }: TaskContext): string {
  const text = formatAddress(address, network.prefix);
  return text.includes(evm) ? text : `${text} · ${evm}`;
}
