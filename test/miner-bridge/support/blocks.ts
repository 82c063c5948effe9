import { CborLink, type Cid, cidOf, concatBytes, type DagCborValue, encodeCbor, fromHex } from "../../../lib/index.ts";

/** Blocks that a test makes up. */
export class MadeUpBlocks {
  readonly #blocks = new Map<string, Uint8Array>();

  put(value: DagCborValue): Cid {
    return this.putBytes(encode(value));
  }

  putBytes(bytes: Uint8Array): Cid {
    const cid = cidOf(bytes);
    this.#blocks.set(cid["/"], bytes);
    return cid;
  }

  readonly fetch = (cid: Cid): Promise<Uint8Array> => {
    const block = this.#blocks.get(cid["/"]);
    return block === undefined ? Promise.reject(new Error(`no block ${cid["/"]}`)) : Promise.resolve(block);
  };
}

export function linkTo(cid: Cid): CborLink {
  return new CborLink(binary(cid));
}

function encode(value: DagCborValue): Uint8Array {
  if (value instanceof CborLink)
    return concatBytes(fromHex("d82a"), encodeCbor(concatBytes(Uint8Array.of(0), value.cid)));
  if (!isList(value)) return encodeCbor(value);
  const head = encodeCbor(value.map(() => null)).slice(0, -value.length || undefined);
  return concatBytes(head, ...value.map(encode));
}

function isList(value: DagCborValue): value is readonly DagCborValue[] {
  return Array.isArray(value);
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

function binary(cid: Cid): Uint8Array {
  const bits = Array.from(cid["/"].slice(1), (char) => BASE32.indexOf(char).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from({ length: bits.length >> 3 }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8), 2));
}
