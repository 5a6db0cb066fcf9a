import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundleWriter } from '../testing/bundle-writer';
import { temporaryFolder, type TemporaryFolder } from '../testing/temporary-folder';
import { openLmdbStore } from './open-lmdb-store';

const CRASHES = 5;
/** So many writes are acknowledged before each crash; where in a commit it strikes is chance. */
const WRITES_BEFORE_CRASH = 300;

describe('an lmdb store whose process is killed', () => {
  let folder: TemporaryFolder;
  let program: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    // Lines are written at once, not buffered in the process: what has been printed has been acknowledged, and the reverse.
    const contents = `
      import { writeSync } from 'node:fs';
      import { writeUntilKilled } from './crashing-writer';
      await writeUntilKilled(process.argv[2], (line) => writeSync(1, line + '\\n'));`;
    program = await bundleWriter(folder.path, contents);
  });

  afterAll(() => folder.remove());

  it('has every acknowledged write, and never goes back', async () => {
    const path = join(folder.path, 'store');
    let newest = 0;
    for (let crash = 0; crash < CRASHES; crash++) {
      const acknowledged = await writeAndCrash(program, path);
      const store = await openLmdbStore({ path });
      const revision = await store.currentRevision();
      expect(revision).toBeGreaterThanOrEqual(Math.max(newest, ...acknowledged.values()));
      for (const [key, written] of acknowledged) expect((await store.get(key))?.revision).toBeGreaterThanOrEqual(written);
      const list = await store.list('/registry/');
      expect(list.records.map((record) => record.revision).every((each) => each <= revision)).toBe(true);
      newest = revision;
      await store.close();
    }
  }, 60_000);
});

/** @returns the newest revision acknowledged for each key */
async function writeAndCrash(program: string, path: string): Promise<Map<string, number>> {
  const writer = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(writer, 'exit');
  const acknowledged = new Map<string, number>();
  let lines = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    const [key = '', revision = ''] = line.split(' ');
    acknowledged.set(key, Number(revision));
    if (++lines === WRITES_BEFORE_CRASH) writer.kill('SIGKILL');
  }
  const [, signal] = (await exit) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}
