/** RLE+, the form of sector and partition sets in messages: the numbers of the bits that are set. */
export function readBitfield(data: Uint8Array): bigint[] {
  const bits = [...data].flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) & 1));
  let at = 0;
  const take = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value |= (bits[at++] ?? 0) << i;
    return value;
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = take(8);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  if (take(2) !== 0) throw new Error("unknown bitfield version");
  let on = take(1) === 1;
  const out: bigint[] = [];
  for (let number = 0; at < bits.length; on = !on) {
    const length = take(1) === 1 ? 1 : take(1) === 1 ? take(4) : varint();
    if (length === 0) break;
    if (on) for (let i = 0; i < length; i++) out.push(BigInt(number + i));
    number += length;
  }
  return out;
}
