import { open, type FileHandle } from 'node:fs/promises';
import { errorCode } from '../error-code';

const META_BYTES = 160;
const MAGIC = 0xbeefc0de;
const VERSION = 2;

/** What a meta page of LMDB says; the two of a file take turns, and the one with the higher transaction id holds. */
interface Meta {
  readonly pageSize: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
  readonly roots: readonly bigint[];
}

/** The root of an empty tree. */
const NO_PAGE = 2n ** 64n - 1n;

/** A file may end before its last page if that is a free one; never by so many pages. */
const FREE_PAGES_AT_END = 1024n;

/**
 * Tells a file that is no LMDB file, or has lost its end, from a sound one. The driver maps what it is given and crashes the process
 * on either. A file that does not exist or is empty is sound: nothing has been written yet.
 * @throws Error naming the file, and what to do
 */
export async function checkDataFile(path: string): Promise<void> {
  const file = await open(path, 'r').catch(ignoreMissing);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    if (size > 0) checkSize(path, BigInt(size), await newestMeta(path, file));
  } finally {
    await file.close();
  }
}

async function newestMeta(path: string, file: FileHandle): Promise<Meta> {
  const first = await readMeta(file, 0);
  if (first === undefined) throw damaged(path, 'it does not begin as an LMDB file');
  const second = await readMeta(file, first.pageSize);
  return second !== undefined && second.transaction > first.transaction ? second : first;
}

function checkSize(path: string, size: bigint, { pageSize, lastPage, roots }: Meta): void {
  const pages = size / BigInt(pageSize);
  if (roots.some((root) => root !== NO_PAGE && root >= pages) || pages + FREE_PAGES_AT_END < lastPage)
    throw damaged(path, `it has ${pages} pages of ${lastPage + 1n}: its end is lost`);
}

/** The layout is `MDB_page_header` (24 bytes), then `MDB_meta`, little-endian. */
async function readMeta(file: FileHandle, position: number): Promise<Meta | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(META_BYTES), 0, META_BYTES, position);
  if (bytesRead < META_BYTES || buffer.readUInt32LE(24) !== MAGIC || buffer.readUInt32LE(28) !== VERSION) return undefined;
  return {
    pageSize: buffer.readUInt32LE(48),
    roots: [buffer.readBigUInt64LE(88), buffer.readBigUInt64LE(136)],
    lastPage: buffer.readBigUInt64LE(144),
    transaction: buffer.readBigUInt64LE(152),
  };
}

const damaged = (path: string, what: string): Error =>
  new Error(`the store's file ${path} is damaged: ${what}; restore its folder from a backup, or move it away to start with an empty store`);

function ignoreMissing(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined;
  throw error;
}
