import { mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PodFiles } from './pod-files';

describe('PodFiles.subPath', () => {
  let root: string;
  let volume: string;
  let files: PodFiles;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'pod-files-'));
    volume = join(root, 'volume');
    await mkdir(volume);
    files = new PodFiles(root);
  });

  afterEach(() => rm(root, { recursive: true }));

  it('makes a directory that is not there', async () => {
    expect((await stat(await files.subPath(volume, 'a/b'))).isDirectory()).toBe(true);
  });

  it.each(['..', 'a/../../outside'])('refuses %s', async (path) => {
    await expect(files.subPath(volume, path)).rejects.toThrow('leads out of its volume');
  });

  it('refuses a link out of the volume, and makes nothing behind it', async () => {
    await mkdir(join(root, 'outside'));
    await symlink(join(root, 'outside'), join(volume, 'link'));
    await expect(files.subPath(volume, 'link/new')).rejects.toThrow('leads out of its volume');
    await expect(stat(join(root, 'outside/new'))).rejects.toThrow('ENOENT');
  });

  it('follows a link inside the volume', async () => {
    await mkdir(join(volume, 'real'));
    await symlink('real', join(volume, 'link'));
    expect(await files.subPath(volume, 'link')).toBe(join(volume, 'real'));
  });
});
