/** What a native multisig does: one signer proposes, the others approve, the last of them carries it out. */
import { type Cbor, bigIntBytes, bytes, decodeCbor, encodeCbor, idBytes } from "../filecoin/cbor.ts";
import { type Filecoin, INVOKE_EVM, rawOf } from "../filecoin/index.ts";
import { CHANGE_OWNER } from "./beneficiary.ts";

const PROPOSE = 2n;
const APPROVE = 3n;

interface Message {
  readonly to: bigint | string;
  readonly method: bigint;
  readonly params: string;
}

/** A message of the multisig that all of `by` sign. Throws unless it was carried out and succeeded. */
export async function sendAsMultisig(
  fil: Filecoin,
  multisig: bigint,
  by: readonly bigint[],
  message: Message,
): Promise<void> {
  const [proposer, ...approvers] = by;
  if (proposer === undefined) throw new Error("nobody proposes");
  const { to, method, params } = message;
  const proposal = encodeCbor([bytes(rawOf(to)), bigIntBytes(0n), method, bytes(params)]);
  let { ret } = await fil.native({ from: proposer, to: multisig, method: PROPOSE, params: proposal });
  const [transaction] = fields(ret);
  for (const approver of approvers) {
    const approval = encodeCbor([transaction ?? null, new Uint8Array()]);
    ({ ret } = await fil.native({ from: approver, to: multisig, method: APPROVE, params: approval }));
  }
  const done = approvers.length === 0 ? fields(ret).slice(1) : fields(ret);
  if (done[0] !== true || done[1] !== 0n) throw new Error(`the multisig's message failed: ${ret}`);
}

/** The call of a contract as a message. */
export function invocation(to: string, calldata: string): Message {
  return { to, method: INVOKE_EVM, params: encodeCbor(bytes(calldata)) };
}

/** The confirmation by the new owner of a miner as a message. */
export function ownerChange(miner: bigint, owner: bigint): Message {
  return { to: miner, method: CHANGE_OWNER, params: encodeCbor(idBytes(owner)) };
}

function fields(answer: string): Cbor[] {
  const decoded = decodeCbor(answer);
  if (!Array.isArray(decoded)) throw new Error(`${answer} is no answer of a multisig`);
  return decoded;
}
