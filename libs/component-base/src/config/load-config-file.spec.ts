import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { field } from './config-fields';
import { loadConfigFile } from './load-config-file';

const spec = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  fields: {
    maxPods: field.int,
    syncFrequency: field.duration,
    clusterDNS: field.list(field.string),
    evictionHard: field.map(field.string),
    authentication: field.object({ anonymous: field.object({ enabled: field.bool }) }),
  },
};

describe('loadConfigFile', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-config-'));
    path = join(folder, 'config.yaml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function load(body: string, head = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n') {
    await writeFile(path, head + body);
    return loadConfigFile(path, spec);
  }

  it('reads what the file says and leaves the rest absent', async () => {
    const values = await load(
      'maxPods: 10\nsyncFrequency: 1m30s\nclusterDNS: [10.96.0.10]\nevictionHard: {memory.available: 5%}\nauthentication:\n  anonymous: {enabled: false}\n',
    );
    expect(values).toEqual({
      maxPods: 10,
      syncFrequency: 90_000,
      clusterDNS: ['10.96.0.10'],
      evictionHard: { 'memory.available': '5%' },
      authentication: { anonymous: { enabled: false } },
    });
    expect(await load('maxPods: null\n')).toEqual({});
  });

  it.each([
    [
      'maxPod: 1\nauthentication: {anonymous: {on: true}}\n',
      'strict decoding error: unknown field "maxPod", unknown field "authentication.anonymous.on"',
    ],
    ['toString: 1\n', 'strict decoding error: unknown field "toString"'],
    ['maxPods: ten\n', 'cannot unmarshal string into field maxPods of type int32'],
    ['syncFrequency: 5\n', 'cannot unmarshal number into field syncFrequency of type Duration'],
    ['clusterDNS: [1]\n', 'cannot unmarshal number into field clusterDNS[0] of type string'],
    ['authentication: true\n', 'cannot unmarshal bool into field authentication of type object'],
    ['maxPods: 1\nmaxPods: 2\n', 'strict decoding error: yaml: line 4: Map keys must be unique'],
  ])('refuses %j in one line', async (body, message) => {
    await expect(load(body)).rejects.toThrow(`${path}: ${message}`);
  });

  it('refuses another kind, no kind, and a missing file', async () => {
    await expect(load('', 'apiVersion: v1\nkind: Pod\n')).rejects.toThrow('no kind "Pod" is registered for version "v1"');
    await expect(load('', 'maxPods: 1\n')).rejects.toThrow(`Object 'Kind' is missing`);
    await rm(path);
    await expect(loadConfigFile(path, spec)).rejects.toThrow(`open ${path}: no such file or directory`);
  });
});
