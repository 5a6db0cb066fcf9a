import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundleWriter } from '../testing/bundle-writer';
import { temporaryFolder, type TemporaryFolder } from '../testing/temporary-folder';
import { openLmdbStore } from './open-lmdb-store';

/** A program that fills the disk under the folder it is given; there is room once its standard input ends. */
const FILLER = `
  import { once } from 'node:events';
  import { fillDisk } from './disk-filler';
  await fillDisk(process.argv[2], { print: console.log, hasRoom: once(process.stdin.resume(), 'end') });`;

/** @returns whether `path` is a disk of its own now, of so many MiB */
function mountDisk(path: string, size: number, ...options: readonly string[]): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', [`size=${size}m`, ...options].join(','), 'tmpfs', path]).status === 0;
}

/** @returns undefined if a disk can be had that is small enough to fill */
function reasonNotToRun(): string | undefined {
  const path = mkdtempSync(join(tmpdir(), 'keelson-disk-'));
  try {
    if (!mountDisk(path, 1)) return 'it may not mount a disk';
    spawnSync('umount', [path]);
    return undefined;
  } finally {
    rmdirSync(path);
  }
}

const whyNot = reasonNotToRun();
const suite = whyNot === undefined ? describe : describe.skip;
suite(`An lmdb store on a full disk${whyNot === undefined ? '' : ` (not run: ${whyNot})`}`, () => {
  let folder: TemporaryFolder;
  let disk: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    disk = join(folder.path, 'disk');
    mkdirSync(disk);
    mountDisk(disk, 4);
  });

  afterEach(async () => {
    spawnSync('umount', [disk]);
    await folder.remove();
  });

  /** In a process of its own, since the driver complains of a full disk on the console. @returns the keys acknowledged, and why one was not */
  async function fill(): Promise<{ keys: string[]; reason: unknown }> {
    const program = await bundleWriter(folder.path, FILLER);
    const filler = spawn(process.execPath, [program, disk], { stdio: ['pipe', 'pipe', 'ignore'] });
    const exit = once(filler, 'exit');
    const keys: string[] = [];
    let reason: unknown;
    for await (const line of createInterface({ input: filler.stdout })) {
      const told = JSON.parse(line) as { readonly key?: string };
      if (told.key !== undefined) keys.push(told.key);
      else {
        reason = told;
        mountDisk(disk, 8, 'remount');
        filler.stdin.end();
      }
    }
    expect(await exit).toEqual([0, null]);
    return { keys, reason };
  }

  it('says so, keeps what it acknowledged, over a restart too, and goes on when there is room', async () => {
    const { keys, reason } = await fill();
    expect(reason).toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(/; \d+ KiB are left on its disk$/) as string,
      listed: keys.length - 1,
    });
    expect(keys.length).toBeGreaterThan(2);
    expect(keys.at(-1)).toBe('/registry/more');
    const store = await openLmdbStore({ path: disk });
    expect((await store.list('/registry/')).records.map(({ key }) => key)).toEqual([...keys].sort());
    await store.close();
  });
});
