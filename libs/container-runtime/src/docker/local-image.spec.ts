import Docker from 'dockerode';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureLocalImage, removeLocalImages, type LocalImage } from './local-image';

const SOCKET = '/var/run/docker.sock';
const repository = `keelson/spec-local-${process.pid}`;
const reason = process.getuid?.() !== 0 ? 'needs root' : existsSync(SOCKET) ? undefined : `needs ${SOCKET}`;

/** An image of one file and one that lies on the disk. */
const image = (tag: string, file: string, size: number): LocalImage => ({
  repository,
  tag,
  entries: [
    { type: 'directory', path: '/folder', mode: 0o755 },
    { type: 'file', path: '/folder/text', mode: 0o644, size: 4, content: Buffer.from('text') },
    { type: 'file', path: '/folder/file', mode: 0o755, size, content: { file } },
  ],
  instructions: ['ENTRYPOINT ["/folder/file"]', 'ENV A=1 B=2'],
});

(reason === undefined ? describe : describe.skip)(`An image of this machine's files${reason === undefined ? '' : ` (${reason})`}`, () => {
  const docker = new Docker({ socketPath: SOCKET });
  const tags = async () => (await docker.listImages({ filters: { reference: [repository] } })).flatMap(({ RepoTags: all }) => all ?? []);
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-image-'));
    file = join(folder, 'program');
    await writeFile(file, 'x'.repeat(300_000));
  });
  afterAll(async () => {
    await removeLocalImages(repository);
    await rm(folder, { recursive: true });
  });

  it('is made once, and takes the place of the one before it', async () => {
    const { size } = await stat(file);
    expect(await ensureLocalImage(image('1', file, size))).toBe(true);
    expect(await ensureLocalImage(image('1', file, size))).toBe(false);
    const { Config: config } = await docker.getImage(`${repository}:1`).inspect();
    expect(config).toMatchObject({ Entrypoint: ['/folder/file'], Env: expect.arrayContaining(['A=1', 'B=2']) as unknown });
    expect(await ensureLocalImage(image('2', file, size))).toBe(true);
    expect(await tags()).toEqual([`${repository}:2`]);
  });

  it('is not there if a file of it can not be read to its end', async () => {
    await expect(ensureLocalImage(image('3', join(folder, 'missing'), 10))).rejects.toThrow();
    await expect(ensureLocalImage(image('3', file, 400_000))).rejects.toThrow();
    expect(await tags()).not.toContain(`${repository}:3`);
  });
});
