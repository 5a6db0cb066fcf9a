import { mkdtemp, readFile, rm, stat, symlink, writeFile, lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKubeconfig, type KubeconfigEntry } from './kubeconfig';
import { mergeKubeconfig, removeFromKubeconfig } from './merge-kubeconfig';

const ours: KubeconfigEntry = {
  context: 'keelson',
  cluster: 'keelson',
  user: 'keelson-admin',
  server: 'https://127.0.0.1:6443',
  certificateAuthority: 'CA\n',
  credentials: { type: 'certificate', certificate: 'CERT\n', key: 'KEY\n' },
};

const theirs = `# my clusters
apiVersion: v1
kind: Config
clusters:
  - name: work # the big one
    cluster:
      server: https://work.example
contexts:
  - name: work
    context:
      cluster: work
      user: me
current-context: work
users:
  - name: me
    user:
      token: abc
unknown-field: kept
`;

describe('mergeKubeconfig', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-kubeconfig-'));
    path = join(folder, 'config');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes the file, its owner’s alone, with an entry that reads back the same', async () => {
    await mergeKubeconfig(path, ours);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readKubeconfig(path)).toEqual(ours);
  });

  it('keeps everything of the user’s, and taking it out again leaves only the current context changed', async () => {
    await writeFile(path, theirs);
    await mergeKubeconfig(path, ours);
    expect(await readKubeconfig(path)).toEqual(ours);
    expect(await readKubeconfig(path, 'work')).toMatchObject({
      server: 'https://work.example',
      credentials: { type: 'token', token: 'abc' },
    });
    await removeFromKubeconfig(path, ours);
    expect(await readFile(path, 'utf8')).toBe(theirs.replace('current-context: work', 'current-context: ""'));
  });

  it('replaces an entry of the same name instead of adding a second', async () => {
    await mergeKubeconfig(path, ours);
    await mergeKubeconfig(path, { ...ours, server: 'https://127.0.0.1:7443' });
    expect((await readFile(path, 'utf8')).match(/server:/g)).toHaveLength(1);
  });

  it('fills lists that are null or empty', async () => {
    await writeFile(path, 'apiVersion: v1\nkind: Config\nclusters: null\ncontexts: []\nusers:\n');
    await mergeKubeconfig(path, ours);
    expect(await readKubeconfig(path)).toEqual(ours);
  });

  it('follows a symbolic link', async () => {
    await writeFile(join(folder, 'real'), theirs);
    await symlink('real', path);
    await mergeKubeconfig(path, ours);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'real'), 'utf8')).toContain('keelson-admin');
  });

  it('leaves a cluster that another context uses', async () => {
    await mergeKubeconfig(path, ours);
    await mergeKubeconfig(path, { ...ours, context: 'other', user: 'other' });
    await removeFromKubeconfig(path, ours);
    expect(await readKubeconfig(path, 'other')).toMatchObject({ cluster: 'keelson' });
    await expect(readKubeconfig(path, 'keelson')).rejects.toThrow(`${path}: context "keelson" does not exist`);
  });

  it('leaves a file that is no kubeconfig as it is', async () => {
    await writeFile(path, 'clusters: [\n');
    await expect(mergeKubeconfig(path, ours)).rejects.toThrow(`${path} is not valid YAML`);
    expect(await readFile(path, 'utf8')).toBe('clusters: [\n');
  });

  it('refuses to read credentials that it would have to leave out', async () => {
    await writeFile(path, theirs.replace('token: abc', 'exec: {command: get-token}'));
    await expect(readKubeconfig(path)).rejects.toThrow(`${path}: the user's credentials (exec) are of a kind that is not supported`);
  });

  it('waits for who holds the lock, and names the lock’s file when it is never let go', async () => {
    await writeFile(`${path}.lock`, '');
    const timers = { now: () => 0, setTimeout: (callback: () => void) => (queueMicrotask(callback), () => undefined) };
    await expect(mergeKubeconfig(path, ours, timers)).rejects.toThrow(`remove ${path}.lock`);
    const releasing = { ...timers, setTimeout: (callback: () => void) => (void rm(`${path}.lock`).then(callback), () => undefined) };
    await mergeKubeconfig(path, ours, releasing);
    expect(await readKubeconfig(path)).toEqual(ours);
  });
});
