import type { FileHandle } from 'node:fs/promises';

const BLOCK_BYTES = 64 * 1024;
const NEW_LINE = 10;

/** Where the last `lines` lines of a file begin, read from its end, so that it costs what is shown and not what is there. */
export async function tailOffset(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat();
  if (lines <= 0) return size;
  let found = 0;
  for (let end = size; end > 0; end -= BLOCK_BYTES) {
    const begin = Math.max(0, end - BLOCK_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - begin), 0, end - begin, begin);
    for (let index = bytesRead - 1; index >= 0; index -= 1) {
      const isLastByte = begin + index === size - 1;
      if (buffer[index] !== NEW_LINE || isLastByte) continue;
      found += 1;
      if (found === lines) return begin + index + 1;
    }
  }
  return 0;
}
