/** Protobuf's wire types, of those that the API uses. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;

export const tagOf = (number: number, wireType: number): number => (number << 3) | wireType;

/** The first bytes of every protobuf body: `k8s\0`. */
export const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
