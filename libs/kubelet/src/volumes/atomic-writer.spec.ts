import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAtomically, type VolumeFile } from './atomic-writer';

const files = (content: Record<string, string>) =>
  new Map<string, VolumeFile>(Object.entries(content).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o640 }]));

describe('writeAtomically', () => {
  let folder: string;

  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'atomic-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const visible = async () => (await readdir(folder)).filter((name) => !name.startsWith('..')).sort();

  it('shows files with their modes through links, also in folders', async () => {
    expect(await writeAtomically(folder, files({ a: '1', 'deep/er/b': '2' }))).toBe(true);
    expect(await readFile(join(folder, 'deep/er/b'), 'utf8')).toBe('2');
    expect(await readlink(join(folder, 'a'))).toBe('..data/a');
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o640);
  });

  it('writes nothing when the files are as they should be', async () => {
    await writeAtomically(folder, files({ a: '1' }));
    const before = await readlink(join(folder, '..data'));
    expect(await writeAtomically(folder, files({ a: '1' }))).toBe(false);
    expect(await readlink(join(folder, '..data'))).toBe(before);
  });

  it('adds, changes and removes in one swap, and leaves nothing of the old state', async () => {
    await writeAtomically(folder, files({ a: '1', gone: 'x', 'old/c': 'y' }));
    await writeAtomically(folder, files({ a: '2', b: '3' }));
    expect(await visible()).toEqual(['a', 'b']);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('2');
    expect((await readdir(folder)).filter((name) => name.startsWith('..'))).toHaveLength(2);
  });

  it('recovers from a crash between writing and swapping', async () => {
    await writeAtomically(folder, files({ a: '1' }));
    await mkdir(join(folder, '..data-torn'));
    await writeFile(join(folder, '..data-torn', 'a'), 'half');
    await symlink('..data-torn', join(folder, '..data_tmp'));
    await writeAtomically(folder, files({ a: '2' }));
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('2');
    expect(await readdir(folder)).not.toContain('..data-torn');
  });

  it.each(['../out', '/etc/passwd', 'a/../../out', '..data', ''])('refuses the path %j', async (path) => {
    await expect(writeAtomically(folder, files({ [path]: 'x' }))).rejects.toThrow('invalid path');
    expect(await readdir(folder)).toEqual([]);
  });
});
