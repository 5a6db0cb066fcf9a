import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@keelson/apimachinery';
import { readLog, type LogOptions } from './read-log';

const json = (log: string, second: number, stream = 'stdout') =>
  `${JSON.stringify({ log, stream, time: `2026-01-01T00:00:0${second}.000000001Z` })}\n`;

describe('readLog', () => {
  let folder: string;
  let path: string;
  let running: boolean;
  const clock = new FakeClock();
  const abort = new AbortController();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'read-log-'));
    path = join(folder, '0.log');
    running = false;
  });

  afterEach(() => rm(folder, { recursive: true }));

  const source = (format: 'docker-json' | 'cri' = 'docker-json') => ({
    path,
    format,
    clock,
    signal: abort.signal,
    isRunning: () => Promise.resolve(running),
  });

  async function whole(options: LogOptions, format?: 'docker-json' | 'cri') {
    let text = '';
    for await (const piece of readLog(source(format), options)) text += piece.toString();
    return text;
  }

  it('shows the last lines only', async () => {
    await writeFile(path, [1, 2, 3, 4].map((n) => json(`line ${n}\n`, n)).join(''));
    expect(await whole({ tailLines: 2 })).toBe('line 3\nline 4\n');
    expect(await whole({ tailLines: 0 })).toBe('');
    expect(await whole({ tailLines: 99 })).toBe('line 1\nline 2\nline 3\nline 4\n');
  });

  it('finds the last lines of a file larger than one block', async () => {
    const long = 'x'.repeat(10_000);
    await writeFile(path, Array.from({ length: 30 }, (_, n) => json(`${n} ${long}\n`, 1)).join(''));
    expect((await whole({ tailLines: 15 })).startsWith('15 x')).toBe(true);
  });

  it('joins the pieces of a long CRI line under one timestamp', async () => {
    await writeFile(path, '2026-01-01T00:00:01Z stdout P one \n2026-01-01T00:00:02Z stdout F two\n2026-01-01T00:00:03Z stderr F \n');
    expect(await whole({ timestamps: true }, 'cri')).toBe('2026-01-01T00:00:01Z one two\n2026-01-01T00:00:03Z \n');
  });

  it('cuts at the byte limit, and leaves out what is older than asked for or of another stream', async () => {
    await writeFile(path, json('old\n', 1) + json('new\n', 5) + json('bad\n', 6, 'stderr'));
    expect(await whole({ since: Date.parse('2026-01-01T00:00:05Z') })).toBe('new\nbad\n');
    expect(await whole({ limitBytes: 6 })).toBe('old\nne');
    expect(await whole({ stream: 'stderr' })).toBe('bad\n');
  });

  it('passes over the remains of a crash', async () => {
    await writeFile(path, json('a\n', 1) + '\0\0{"log":"torn\n' + json('b\n', 2));
    expect(await whole({})).toBe('a\nb\n');
  });

  it('follows through a rotation without losing or doubling a line', async () => {
    running = true;
    await writeFile(path, json('one\n', 1));
    const seen: string[] = [];
    const following = (async () => {
      for await (const piece of readLog(source(), { follow: true })) {
        const text = piece.toString();
        seen.push(text);
        if (text === 'one\n') {
          await appendFile(path, json('two\n', 2));
          await rename(path, `${path}.1`);
          await writeFile(path, json('three\n', 3));
        }
        if (text === 'three\n') running = false;
      }
    })();
    const ended = { done: false };
    void following.then(() => (ended.done = true));
    while (!ended.done) await clock.advance(200);
    expect(seen).toEqual(['one\n', 'two\n', 'three\n']);
  });
});
