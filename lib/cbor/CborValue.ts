/** The part of DAG-CBOR that actors' parameters and answers are made of. */
export type CborValue = null | boolean | bigint | string | Uint8Array | readonly CborValue[];

/** A content id inside a block: tag 42. What kind of id it is, is for its reader to check. */
export class CborLink {
  /** The binary id, without the zero byte that the tag puts before it. */
  readonly cid: Uint8Array;

  constructor(cid: Uint8Array) {
    this.cid = cid;
  }
}

/** What blocks of state are made of: the same, and links to other blocks. */
export type DagCborValue = null | boolean | bigint | string | Uint8Array | CborLink | readonly DagCborValue[];
