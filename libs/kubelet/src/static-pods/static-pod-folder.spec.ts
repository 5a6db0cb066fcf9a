import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { StaticPodFolder } from './static-pod-folder';

const manifest = (image: string) => `apiVersion: v1
kind: Pod
metadata: { name: etcd, namespace: kube-system }
spec:
  containers: [{ name: etcd, image: "${image}" }]
`;

describe('StaticPodFolder', () => {
  let path: string;
  let folder: StaticPodFolder;
  let changes: string[];

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'static-pods-'));
    folder = new StaticPodFolder({ path, nodeName: 'Node-1', checkFrequency: 20_000, clock: new FakeClock(), log: silentLogger });
    changes = [];
    folder.subscribe(({ type, pod }) => changes.push(`${type} ${pod.metadata.name} ${pod.spec.containers[0]!.image!}`));
  });

  afterEach(() => rm(path, { recursive: true }));

  it('names a pod after its node and tells of it once', async () => {
    await writeFile(join(path, 'etcd.yaml'), manifest('etcd:1'));
    await folder.read();
    await folder.read();
    expect(changes).toEqual(['set etcd-node-1 etcd:1']);
  });

  it('tells of a changed manifest as of another pod', async () => {
    await writeFile(join(path, 'etcd.yaml'), manifest('etcd:1'));
    await folder.read();
    await writeFile(join(path, 'etcd.yaml'), manifest('etcd:2'));
    await folder.read();
    expect(changes.slice(1)).toEqual(['delete etcd-node-1 etcd:1', 'set etcd-node-1 etcd:2']);
  });

  it.each(['{ half', 'kind: Service', ''])('keeps a pod whose file now says %j, until the file is gone', async (text) => {
    await writeFile(join(path, 'etcd.yaml'), manifest('etcd:1'));
    await folder.read();
    await writeFile(join(path, 'etcd.yaml'), text);
    await folder.read();
    expect(changes).toHaveLength(1);
    await rm(join(path, 'etcd.yaml'));
    await folder.read();
    expect(changes[1]).toBe('delete etcd-node-1 etcd:1');
  });

  it('passes over hidden files and folders', async () => {
    await writeFile(join(path, '.etcd.yaml.swp'), manifest('etcd:1'));
    await folder.read();
    expect(changes).toEqual([]);
  });
});
