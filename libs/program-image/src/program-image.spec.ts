import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readElf } from './elf';
import { programImage } from './program-image';
import { sharedLibraries } from './shared-libraries';

/** A program that every Linux has, in place of Node. */
const PROGRAM = '/bin/sh';

describe('programImage', () => {
  let dist: string;
  beforeEach(async () => {
    dist = await mkdtemp(join(tmpdir(), 'program-image-'));
    await mkdir(join(dist, 'apps/web/chunks'), { recursive: true });
    await copyFile(PROGRAM, join(dist, 'node'));
    for (const name of ['package.json', 'apps/web/main.js', 'apps/web/main.js.map', 'apps/web/chunks/a.js'])
      await writeFile(join(dist, name), name);
  });
  afterEach(() => rm(dist, { recursive: true }));

  const image = () => programImage({ name: 'web', dist });

  it('holds the program, its bundle without source maps, and the loader with its libraries', async () => {
    const { entries, instructions } = await image();
    const files = entries.filter(({ type }) => type === 'file').map(({ path }) => path);
    const own = files.filter((path) => path.startsWith('/keelson'));
    expect(own).toEqual(['/keelson/apps/web/chunks/a.js', '/keelson/apps/web/main.js', '/keelson/node', '/keelson/package.json']);
    const { interpreter, libraries } = readElf(await readFile(PROGRAM));
    expect(files).toEqual(
      expect.arrayContaining([...(interpreter === undefined ? [] : [interpreter]), ...libraries.map((name) => `/lib/${name}`)]),
    );
    expect(instructions[0]).toBe('ENTRYPOINT ["/keelson/node","/keelson/apps/web/main.js"]');
  });

  it('names every folder before what is in it', async () => {
    const { entries } = await image();
    const paths = entries.map(({ path }) => path);
    for (const [position, path] of paths.entries()) {
      const parent = path.slice(0, path.lastIndexOf('/'));
      if (parent !== '') expect(paths.indexOf(parent)).toBeLessThan(position);
    }
  });

  it('has another tag when anything in it changes, and the same when nothing does', async () => {
    const { tag } = await image();
    expect((await image()).tag).toBe(tag);
    await writeFile(join(dist, 'apps/web/main.js.map'), 'changed');
    expect((await image()).tag).toBe(tag);
    await writeFile(join(dist, 'apps/web/chunks/a.js'), 'changed');
    expect((await image()).tag).not.toBe(tag);
  });

  it('names the file that is missing, or is no program', async () => {
    await rm(join(dist, 'package.json'));
    await expect(image()).rejects.toThrow('package.json');
    await writeFile(join(dist, 'node'), '#!/bin/sh\n');
    expect(() => sharedLibraries(join(dist, 'node'))).toThrow(/node is no program or library that can be loaded here: not a 64-bit/);
  });
});
