import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followFiles } from './follow-files';
import { writeFileAtomically } from './write-file-atomically';

/** Time that passes one interval at a time. */
class ManualTimers {
  readonly due: (() => void)[] = [];
  #scheduled = Promise.withResolvers<undefined>();
  now = () => 0;
  setTimeout(callback: () => void) {
    this.due.push(callback);
    this.#scheduled.resolve(undefined);
    return () => void this.due.splice(this.due.indexOf(callback), 1);
  }
  /** Fires the waiting look and returns when it has scheduled the next. */
  async pass() {
    this.#scheduled = Promise.withResolvers<undefined>();
    this.due.shift()?.();
    await this.#scheduled.promise;
  }
}

describe('followFiles', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-follow-'));
    path = join(folder, 'token');
    await writeFile(path, 'one');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function follow(onChange: (text: string) => void = () => undefined) {
    const timers = new ManualTimers();
    const stop = new AbortController();
    const seen: string[] = [];
    const errors: unknown[] = [];
    const take = ([content]: readonly Buffer[]) => {
      onChange(String(content));
      seen.push(String(content));
    };
    await followFiles([path], take, { timers, interval: 1000, signal: stop.signal, onError: (error) => errors.push(error) });
    return { timers, stop, seen, errors };
  }

  it('hands out the contents at once and then only when they change', async () => {
    const { timers, seen } = await follow();
    await timers.pass();
    await writeFileAtomically(path, 'two');
    await timers.pass();
    await timers.pass();
    expect(seen).toEqual(['one', 'two']);
  });

  it('reports a file that is gone for a while and takes it up when it is back', async () => {
    const { timers, seen, errors } = await follow();
    await rename(path, `${path}.away`);
    await timers.pass();
    await writeFile(path, 'two');
    await timers.pass();
    expect(errors).toHaveLength(1);
    expect(seen).toEqual(['one', 'two']);
  });

  it('offers refused contents again', async () => {
    let refusals = 1;
    const { timers, seen } = await follow((text) => {
      if (text === 'two' && refusals-- > 0) throw new Error('the key is still the old one');
    });
    await writeFile(path, 'two');
    await timers.pass();
    expect(seen).toEqual(['one']);
    await timers.pass();
    expect(seen).toEqual(['one', 'two']);
  });

  it('leaves no timer behind when it is stopped', async () => {
    const { timers, stop } = await follow();
    stop.abort();
    expect(timers.due).toEqual([]);
  });

  it('fails if the first look does', async () => {
    await rm(path);
    await expect(follow()).rejects.toThrow('ENOENT');
  });
});

describe('writeFileAtomically', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-write-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('replaces the file with the given permissions and leaves nothing beside it', async () => {
    const path = join(folder, 'secret');
    await writeFile(path, 'old', { mode: 0o644 });
    await writeFileAtomically(path, 'new', { mode: 0o600 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['secret']);
  });

  it('cleans up when it cannot replace', async () => {
    const path = join(folder, 'folder');
    await writeFileAtomically(join(folder, 'other'), 'x');
    await mkdir(path);
    await expect(writeFileAtomically(path, 'new')).rejects.toThrow(path);
    expect((await readdir(folder)).sort()).toEqual(['folder', 'other']);
  });
});
