import { mkdtemp, readFile, rm, stat, writeFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, StatusError } from '@keelson/apimachinery';
import type { ObjectSource } from '../objects/object-source';
import type { ReferencedObjects } from '../objects/referenced-objects';
import { PodFiles } from '../files/pod-files';
import { pod } from '../testing/fixtures';
import { NodeVolumes } from './node-volumes';
import { ServiceAccountTokens } from './service-account-tokens';

const metadata = { name: 'map', uid: '', resourceVersion: '', creationTimestamp: '' };

describe('NodeVolumes', () => {
  let root: string;
  let clock: FakeClock;
  let mounts: string[];
  let data: Record<string, string>;
  let issued: number;
  let tokenFailure: Error | undefined;
  let volumes: NodeVolumes;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'node-volumes-'));
    clock = new FakeClock();
    mounts = [];
    data = { 'a.txt': 'one', b: 'two' };
    issued = 0;
    tokenFailure = undefined;
    const objects: ObjectSource = {
      configMap: (_, name) =>
        name === 'map'
          ? Promise.resolve({ metadata, data })
          : Promise.reject(StatusError.notFound({ group: '', resource: 'configmaps' }, name)),
      secret: () => Promise.resolve({ metadata, data: { key: Buffer.from('secret').toString('base64') } }),
    };
    const client = {
      resource: () => ({
        createSubresource: () =>
          tokenFailure === undefined
            ? Promise.resolve({
                status: { token: `token-${(issued += 1)}`, expirationTimestamp: new Date(clock.now() + 3_600_000).toISOString() },
              })
            : Promise.reject(tokenFailure),
      }),
    };
    volumes = new NodeVolumes({
      files: new PodFiles(root),
      mounter: {
        mountMemory: (path) => Promise.resolve(void mounts.push(path)),
        unmountAll: (path) => Promise.resolve(void mounts.push(`-${path}`)),
      },
      objects: { ...objects, register: () => undefined, unregister: () => undefined } as unknown as ReferencedObjects,
      tokens: new ServiceAccountTokens(client as never, clock),
      facts: () => ({ podIPs: [], hostIPs: [], allocatable: {} }),
    });
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  const pathOf = async (spec: ReturnType<typeof pod>, name = 'v') => (await volumes.mount(spec)).get(name)!.hostPath;

  it('shows a config map at the path of upstream, and its changes after the next mount', async () => {
    const spec = pod({ volumes: [{ name: 'v', configMap: { name: 'map', items: [{ key: 'a.txt', path: 'sub/file', mode: 0o400 }] } }] });
    const path = await pathOf(spec);
    expect(path).toBe(join(root, 'pods/uid-1/volumes/kubernetes.io~configmap/v'));
    expect(await readFile(join(path, 'sub/file'), 'utf8')).toBe('one');
    expect((await stat(join(path, 'sub/file'))).mode & 0o777).toBe(0o400);
    data = { 'a.txt': 'changed' };
    await volumes.mount(spec);
    expect(await readFile(join(path, 'sub/file'), 'utf8')).toBe('changed');
  });

  it('waits for what is missing, and leaves out what is optional', async () => {
    const missing = (optional: boolean) => pod({ volumes: [{ name: 'v', configMap: { name: 'gone', optional } }] });
    await expect(volumes.mount(missing(false))).rejects.toThrow('MountVolume.SetUp failed for volume "v" : configmaps "gone" not found');
    expect((await readdir(await pathOf(missing(true)))).filter((name) => !name.startsWith('..'))).toEqual([]);
    const noKey = pod({ volumes: [{ name: 'v', configMap: { name: 'map', items: [{ key: 'none', path: 'x' }] } }] });
    await expect(volumes.mount(noKey)).rejects.toThrow('configmap references non-existent config key: none');
  });

  it('keeps secrets in memory', async () => {
    const path = await pathOf(pod({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }));
    expect(mounts).toEqual([path]);
    expect(await readFile(join(path, 'key'), 'utf8')).toBe('secret');
  });

  it('projects many sources into one folder', async () => {
    const sources = [
      { configMap: { name: 'map' } },
      { secret: { name: 's' } },
      { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
    ];
    const path = await pathOf(pod({ volumes: [{ name: 'v', projected: { sources } }] }));
    expect((await readdir(path)).filter((name) => !name.startsWith('..')).sort()).toEqual(['a.txt', 'b', 'key', 'name']);
  });

  it('renews a token after four fifths of its life, and keeps one that still holds when that fails', async () => {
    const spec = pod({ volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }] });
    const path = await pathOf(spec);
    const token = async () => {
      await volumes.mount(spec);
      return readFile(join(path, 'token'), 'utf8');
    };
    await clock.advance(47 * 60_000);
    expect(await token()).toBe('token-1');
    await clock.advance(60_000);
    tokenFailure = new Error('unavailable');
    expect(await token()).toBe('token-1');
    tokenFailure = undefined;
    expect(await token()).toBe('token-2');
    tokenFailure = new Error('unavailable');
    await clock.advance(61 * 60_000);
    await expect(volumes.mount(spec)).rejects.toThrow('unavailable');
  });

  it('makes an emptyDir that anyone may write, keeps what is in it, and removes it with the pod', async () => {
    const spec = pod({ volumes: [{ name: 'v', emptyDir: {} }] });
    const path = await pathOf(spec);
    expect((await stat(path)).mode & 0o777).toBe(0o777);
    await writeFile(join(path, 'kept'), '');
    await volumes.mount(spec);
    expect(await readdir(path)).toEqual(['kept']);
    expect(await volumes.leftovers()).toEqual(['uid-1']);
    await volumes.tearDown('uid-1');
    expect(await volumes.leftovers()).toEqual([]);
    expect(mounts).toEqual([`-${join(root, 'pods/uid-1')}`]);
  });

  it('checks a hostPath against its type, and makes only what it may', async () => {
    const at = (path: string, type: string) => volumes.mount(pod({ volumes: [{ name: 'v', hostPath: { path, type } }] }));
    await expect(at(join(root, 'none'), 'Directory')).rejects.toThrow('is not a directory');
    await at(join(root, 'made/deep'), 'DirectoryOrCreate');
    await at(join(root, 'file'), 'FileOrCreate');
    await expect(at(join(root, 'file'), 'Directory')).rejects.toThrow('is not a directory');
  });

  it('refuses a kind of volume that it does not know', async () => {
    await expect(volumes.mount(pod({ volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }] }))).rejects.toThrow('no volume plugin');
  });
});
