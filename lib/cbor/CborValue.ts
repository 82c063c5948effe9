/** The part of DAG-CBOR that actors' parameters and answers are made of. */
export type CborValue = null | boolean | bigint | string | Uint8Array | readonly CborValue[];
