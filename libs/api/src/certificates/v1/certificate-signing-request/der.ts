/** A value of DER (X.690): what it contains, and all its bytes. */
export interface DerValue {
  readonly content: Buffer;
  readonly raw: Buffer;
}

const MALFORMED = 'asn1: structure error: the data is truncated or has a length of no valid form';
const LONG_FORM = 0x80;

/** @throws Error unless `bytes` begin with a whole value; what follows it is left alone */
export function readDer(bytes: Buffer): DerValue {
  const first = bytes[1];
  if (first === undefined) throw new Error(MALFORMED);
  const lengthBytes = first < LONG_FORM ? 0 : first - LONG_FORM;
  if (lengthBytes > 4 || bytes.length < 2 + lengthBytes || first === LONG_FORM) throw new Error(MALFORMED);
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  const start = 2 + lengthBytes;
  if (bytes.length < start + length) throw new Error(MALFORMED);
  return { content: bytes.subarray(start, start + length), raw: bytes.subarray(0, start + length) };
}

/** The values that a sequence or set is made of. @throws Error as {@link readDer} */
export function childrenOf({ content }: DerValue): DerValue[] {
  const children: DerValue[] = [];
  for (let rest = content; rest.length > 0;) {
    const child = readDer(rest);
    children.push(child);
    rest = rest.subarray(child.raw.length);
  }
  return children;
}
