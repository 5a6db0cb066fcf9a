import { clusterPkiPaths } from '@keelson/pki';
import { ClusterFolder } from './cluster-folder';
import type { ClusterSettings } from './cluster-settings';
import { daemonSpecs, nodeName, simulatedPodRange } from './daemon-specs';

const folder = new ClusterFolder('/keelson');
const settings: ClusterSettings = {
  nodes: 12,
  runtime: 'docker',
  store: 'etcd',
  oneProcess: false,
  securePort: 6443,
  advertiseAddress: '192.0.2.1',
};
const nodes = Array.from({ length: settings.nodes }, (_, index) => nodeName(index));

describe('daemonSpecs', () => {
  it('gives no two daemons the same port, however many nodes there are', () => {
    const ports = daemonSpecs({ folder, settings, pki: clusterPkiPaths(folder.configuration, nodes) }).flatMap((spec) => spec.ports);
    expect(ports.length).toBeGreaterThan(2 * settings.nodes);
    expect(ports.filter((port, index) => ports.indexOf(port) !== index)).toEqual([]);
  });

  it('has a range of pod addresses for every node, however many are simulated', () => {
    const ranges = (count: number): number => 2 ** (24 - Number(simulatedPodRange(count).split('/')[1]));
    expect(ranges(256)).toBeGreaterThanOrEqual(256);
    expect(ranges(257)).toBeGreaterThanOrEqual(257);
    const simulated = { ...settings, runtime: 'hollow', nodes: 500 } as const;
    const specs = daemonSpecs({ folder, settings: simulated, pki: clusterPkiPaths(folder.configuration, nodes) });
    const manager = specs.find(({ name }) => name === 'kube-controller-manager');
    expect(manager?.args).toContain(`--cluster-cidr=${simulatedPodRange(500)}`);
  });
});
