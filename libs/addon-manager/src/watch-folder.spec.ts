import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchFolder } from './watch-folder';

describe('watchFolder', () => {
  it('tells of a file written in a folder within, until it is stopped', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'watch-'));
    await mkdir(join(folder, 'inner'));
    const stop = new AbortController();
    const changed = Promise.withResolvers<undefined>();
    const watching = watchFolder(folder, () => changed.resolve(undefined), stop.signal);
    await writeFile(join(folder, 'inner', 'a.yaml'), 'a');
    await changed.promise;
    stop.abort();
    await watching;
    await rm(folder, { recursive: true });
  });

  it('says that there is no such folder', async () => {
    await expect(watchFolder(join(tmpdir(), 'no-such-folder'), () => undefined, new AbortController().signal)).rejects.toThrow('ENOENT');
  });
});
