import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { ensureAddons, makeAddonFolders, writeManifests } from './addons';

const REPOSITORY = join(__dirname, '../../..');

describe('writeManifests', () => {
  let home: string;
  let dist: string;
  let folder: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'addons-'));
    dist = join(home, 'dist');
    folder = join(home, 'manifests');
    await mkdir(join(dist, 'addons/web'), { recursive: true });
    await makeAddonFolders(folder, ['web']);
  });
  afterEach(() => rm(home, { recursive: true }));

  const written = () => join(folder, 'web');

  it('fills in the values, and removes what an earlier version had', async () => {
    await writeFile(join(written(), 'old.yaml'), 'old');
    await writeFile(join(dist, 'addons/web/new.yaml'), 'image: ${WEB_IMAGE} ${COLOUR}');
    await writeManifests('web', { dist, folder, image: 'web:1', values: { COLOUR: 'red' } });
    expect(await readdir(written())).toEqual(['new.yaml']);
    expect(await readFile(join(written(), 'new.yaml'), 'utf8')).toBe('image: web:1 red');
  });

  it('names the value that is missing, and leaves what is there', async () => {
    await writeFile(join(written(), 'old.yaml'), 'old');
    await writeFile(join(dist, 'addons/web/old.yaml'), 'image: ${IMAGE}');
    await expect(writeManifests('web', { dist, folder, image: 'web:1', values: {} })).rejects.toThrow('old.yaml needs a value for IMAGE');
    expect(await readFile(join(written(), 'old.yaml'), 'utf8')).toBe('old');
  });
});

describe('ensureAddons', () => {
  const failure = new Error('no engine');

  it('tries again until it succeeds, while the engine may be starting', async () => {
    const clock = new FakeClock();
    const outcomes = [Promise.reject(failure), Promise.resolve('keelson/web:1'), Promise.reject(new Error('asked too often'))];
    const lines: unknown[] = [];
    const log = {
      ...silentLogger,
      info: (...line: unknown[]) => void lines.push(line),
      error: (...line: unknown[]) => void lines.push(line),
    };
    for (const outcome of outcomes) outcome.catch(() => undefined);
    const done = ensureAddons({ provide: () => outcomes.shift() ?? Promise.resolve(''), clock, log, signal: new AbortController().signal });
    await clock.advance(5_000);
    await done;
    expect(lines).toEqual([
      ['The addons can not be provided yet', { error: failure }],
      ['Provided the addons', { images: 'keelson/web:1' }],
    ]);
  });

  it('ends without a word when it is stopped in the middle', async () => {
    const stop = new AbortController();
    const provide = (): Promise<string> => {
      stop.abort();
      return Promise.reject(failure);
    };
    const lines: unknown[] = [];
    await ensureAddons({
      provide,
      clock: new FakeClock(),
      log: { ...silentLogger, error: (...line: unknown[]) => void lines.push(line) },
      signal: stop.signal,
    });
    expect(lines).toEqual([]);
  });
});

describe('The manifests of deploy/addons', () => {
  it('need no values but those that the launcher has', async () => {
    const files = await readdir(join(REPOSITORY, 'deploy/addons/cluster-dns'));
    const texts = await Promise.all(files.map((file) => readFile(join(REPOSITORY, 'deploy/addons/cluster-dns', file), 'utf8')));
    const variables = texts.flatMap((text) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect(variables.sort()).toEqual(['CLUSTER_DNS_ADDRESS', 'CLUSTER_DNS_IMAGE', 'CLUSTER_DOMAIN']);
  });
});
