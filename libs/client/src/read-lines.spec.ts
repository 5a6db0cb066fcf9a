import { readLines } from './read-lines';

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function lines(bytes: Uint8Array, size: number): Promise<string[]> {
  const all: string[] = [];
  for await (const line of readLines(chunksOf(bytes, size))) all.push(line);
  return all;
}

describe('readLines', () => {
  const text = '{"name":"grün"}\n{"name":"日本"}\n\n{"name":"x"}\n';

  it('gives the same lines wherever the chunks end, even within a character', async () => {
    const bytes = Buffer.from(text);
    for (let size = 1; size <= bytes.length; size += 1) {
      expect(await lines(bytes, size)).toEqual(['{"name":"grün"}', '{"name":"日本"}', '{"name":"x"}']);
    }
  });

  it('leaves out a last line that was cut off', async () => {
    expect(await lines(Buffer.from('whole\n{"cut":'), 4)).toEqual(['whole']);
  });
});
