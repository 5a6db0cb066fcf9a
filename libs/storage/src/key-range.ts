/** A half-open range of keys in byte order; without `end`, to the last key there is. */
export interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer | undefined;
}

/** The keys that start with `prefix` and are greater than `after`. */
export function keyRange(prefix: string, after?: string): KeyRange {
  const first = Buffer.from(prefix);
  const next = after === undefined ? first : Buffer.from(`${after}\0`);
  return { start: Buffer.compare(next, first) > 0 ? next : first, end: prefixEnd(first) };
}

/** The smallest key that is greater than every key with this prefix. */
function prefixEnd(prefix: Buffer): Buffer | undefined {
  const last = prefix.findLastIndex((byte) => byte < 0xff);
  if (last < 0) return undefined;
  const end = Buffer.from(prefix.subarray(0, last + 1));
  end[last] = prefix.readUInt8(last) + 1;
  return end;
}
