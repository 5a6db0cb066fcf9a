import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@keelson/apimachinery';
import { copyLog, followLog } from './follow-log';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keelson-follow-'));
  path = join(folder, 'test.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Collects what is written, and lets a test wait for some of it. */
function collector() {
  let text = '';
  let wake: () => void = () => undefined;
  return {
    get text() {
      return text;
    },
    write: (chunk: Uint8Array) => {
      text += Buffer.from(chunk).toString();
      wake();
    },
    until: (part: string) =>
      new Promise<void>((resolve) => {
        wake = () => {
          if (text.includes(part)) resolve();
        };
        wake();
      }),
  };
}

describe('followLog', () => {
  it('writes what is there and what is added, across a log that is put aside', async () => {
    writeFileSync(path, 'one\n');
    const out = collector();
    const stop = new AbortController();
    const following = followLog(path, { write: out.write, clock: systemClock, signal: stop.signal });
    await out.until('one');
    appendFileSync(path, 'two\n');
    await out.until('two');
    appendFileSync(path, 'last of the old\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'first of the new\n');
    await out.until('first of the new');
    stop.abort();
    await following;
    expect(out.text).toBe('one\ntwo\nlast of the old\nfirst of the new\n');
  });

  it('says that there is no such log', async () => {
    const options = { write: () => undefined, clock: systemClock, signal: new AbortController().signal };
    await expect(followLog(path, options)).rejects.toThrow('ENOENT');
  });
});

describe('copyLog', () => {
  it('writes a log that is larger than a chunk, whole', async () => {
    const text = 'a line of a log\n'.repeat(10_000);
    writeFileSync(path, text);
    const out = collector();
    await copyLog(path, out.write);
    expect(out.text).toBe(text);
  });
});
