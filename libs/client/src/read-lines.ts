const NEWLINE = 0x0a;

/**
 * Splits a byte stream at newlines, wherever the chunks end, and decodes each line once. Empty lines are skipped; a last line
 * without its newline was cut off and is left out.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  /** The beginning of a line whose end has not come yet, as it came: joined only once, so a long line costs its length, not its square. */
  let pieces: Buffer[] = [];
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const tail = bytes.subarray(start, end);
      const line = pieces.length === 0 ? tail.toString('utf8') : Buffer.concat([...pieces, tail]).toString('utf8');
      pieces = [];
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < bytes.length) pieces.push(bytes.subarray(start));
  }
}
