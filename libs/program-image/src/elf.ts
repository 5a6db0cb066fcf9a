/** What an executable or shared library says of what it needs to be loaded (ELF, 64 bits, little-endian: amd64 and arm64). */
export interface ElfNeeds {
  /** The loader's path; undefined for a library, or for a program linked statically. */
  readonly interpreter: string | undefined;
  /** Names of libraries, such as `libc.so.6`. */
  readonly libraries: readonly string[];
  /** Folders to look for them in first, which may begin with `$ORIGIN`. */
  readonly runPath: readonly string[];
  readonly machine: number;
}

const SEGMENT = { LOAD: 1, DYNAMIC: 2, INTERPRETER: 3 };
const TAG = { NEEDED: 1, STRING_TABLE: 5, RPATH: 15, RUNPATH: 29 };

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** @throws RangeError, Error if `bytes` are no such file */
export function readElf(bytes: Buffer): ElfNeeds {
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) throw new Error('not a 64-bit little-endian ELF file');
  const segments = readSegments(bytes);
  const interpreter = segments.find(({ type }) => type === SEGMENT.INTERPRETER);
  const dynamic = readDynamic(bytes, segments);
  return {
    interpreter: interpreter === undefined ? undefined : textAt(bytes, interpreter.offset),
    libraries: dynamic.get(TAG.NEEDED) ?? [],
    // RUNPATH takes the place of RPATH where there are both.
    runPath: (dynamic.get(TAG.RUNPATH) ?? dynamic.get(TAG.RPATH) ?? []).flatMap((path) => path.split(':')),
    machine: bytes.readUInt16LE(18),
  };
}

function readSegments(bytes: Buffer): readonly Segment[] {
  const [table, entrySize, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * entrySize;
    const long = (field: number): number => Number(bytes.readBigUInt64LE(at + field));
    return { type: bytes.readUInt32LE(at), offset: long(8), address: long(16), size: long(32) };
  });
}

/** The texts of the dynamic section, by tag. */
function readDynamic(bytes: Buffer, segments: readonly Segment[]): ReadonlyMap<number, readonly string[]> {
  const dynamic = segments.find(({ type }) => type === SEGMENT.DYNAMIC);
  if (dynamic === undefined) return new Map();
  const entries = Array.from({ length: Math.floor(dynamic.size / 16) }, (_, index) => {
    const at = dynamic.offset + 16 * index;
    return { tag: Number(bytes.readBigInt64LE(at)), value: Number(bytes.readBigUInt64LE(at + 8)) };
  });
  const end = entries.findIndex(({ tag }) => tag === 0);
  const used = end < 0 ? entries : entries.slice(0, end);
  const strings = fileOffset(used.find(({ tag }) => tag === TAG.STRING_TABLE)?.value ?? 0, segments);
  const texts = used.filter(({ tag }) => tag === TAG.NEEDED || tag === TAG.RPATH || tag === TAG.RUNPATH);
  const found = Map.groupBy(texts, ({ tag }) => tag);
  return new Map([...found].map(([tag, group]) => [tag, group.map(({ value }) => textAt(bytes, strings + value))]));
}

/** Where in the file lies what is loaded to `address`. */
function fileOffset(address: number, segments: readonly Segment[]): number {
  const segment = segments.find((each) => each.type === SEGMENT.LOAD && address >= each.address && address < each.address + each.size);
  if (segment === undefined) throw new Error(`nothing of the file is loaded to address ${address}`);
  return segment.offset + address - segment.address;
}

const textAt = (bytes: Buffer, offset: number): string => bytes.toString('latin1', offset, bytes.indexOf(0, offset));
