import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFlags } from '@keelson/component-base';
import { loadProxyConfiguration } from './configuration-file';
import { proxyFlags } from './proxy-flags';
import { proxySettings, type ProxySettings } from './proxy-settings';

const KUBECONFIG = '--kubeconfig=/etc/kube-proxy.conf';

describe('proxySettings', () => {
  it('has upstream’s defaults', () => {
    expect(settingsOf(KUBECONFIG)).toEqual({
      kubeconfig: '/etc/kube-proxy.conf',
      localNodes: ['machine-1'],
      clusterCIDR: undefined,
      masqueradeAll: false,
      masqueradeBit: 14,
      nodePortAddresses: [],
      minSyncPeriod: 1_000,
      syncPeriod: 30_000,
      healthzBindAddress: '0.0.0.0:10256',
      metricsBindAddress: '127.0.0.1:10249',
    });
  });

  it('takes the host’s name for the node’s unless there is another, or several', () => {
    expect(settingsOf(KUBECONFIG, '--hostname-override= Node-1 ').localNodes).toEqual(['node-1']);
    expect(settingsOf(KUBECONFIG, '--hostname-override=node-1', '--local-nodes=node-1,node-2').localNodes).toEqual(['node-1', 'node-2']);
  });

  it('takes the IPv4 network of a pair, in canonical form', () => {
    expect(settingsOf(KUBECONFIG, '--cluster-cidr=fd00::/48,10.244.3.0/16')).toMatchObject({ clusterCIDR: '10.244.0.0/16' });
    expect(settingsOf(KUBECONFIG, '--nodeport-addresses=primary,127.0.0.1/8')).toMatchObject({
      nodePortAddresses: ['primary', '127.0.0.0/8'],
    });
  });

  it.each([
    [['--cluster-cidr=10.244.0.0'], 'the cluster CIDR must be a network like 10.244.0.0/16: "10.244.0.0"'],
    [['--cluster-cidr=fd00::/48'], 'the cluster CIDR must be of IPv4, the only family that this kube-proxy serves: "fd00::/48"'],
    [['--iptables-masquerade-bit=32'], 'the masquerade bit must be from 0 to 31: 32'],
    [['--kubeconfig='], '--kubeconfig (clientConnection.kubeconfig) is required: kube-proxy does not run without an API server'],
  ])('refuses %j', (flags, message) => {
    expect(() => settingsOf(KUBECONFIG, ...flags)).toThrow(message);
  });
});

describe('loadProxyConfiguration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keelson-proxy-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const load = (lines: string): ReturnType<typeof loadProxyConfiguration> => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${lines}`);
    return loadProxyConfiguration(path);
  };

  it('counts instead of the flags, but for the node’s name', async () => {
    const file = await load(
      'clientConnection: {kubeconfig: /from/file}\nhostnameOverride: from-file\nclusterCIDR: 10.0.0.0/8\nmode: nftables\nnftables: {masqueradeAll: true, syncPeriod: 1m}\n',
    );
    const flags = [KUBECONFIG, '--cluster-cidr=10.244.0.0/16', '--iptables-masquerade-bit=3'];
    const expected = { kubeconfig: '/from/file', clusterCIDR: '10.0.0.0/8', masqueradeAll: true, masqueradeBit: 14, syncPeriod: 60_000 };
    expect(proxySettings(valuesOf(...flags), file, 'machine-1')).toMatchObject({ ...expected, localNodes: ['from-file'] });
    expect(proxySettings(valuesOf('--hostname-override=node-1'), file, 'machine-1').localNodes).toEqual(['node-1']);
  });

  it.each([
    ['mode: iptables\n', 'mode must be "nftables": "iptables"'],
    ['detectLocalMode: NodeCIDR\n', 'detectLocalMode must be "ClusterCIDR": "NodeCIDR"'],
    ['ipvs: {scheduler: rr}\n', 'strict decoding error: unknown field "ipvs"'],
    ['nftables: {syncPeriod: 30}\n', 'cannot unmarshal number into field nftables.syncPeriod of type Duration'],
  ])('refuses %j', async (lines, message) => {
    await expect(load(lines)).rejects.toThrow(message);
  });
});

function settingsOf(...flags: string[]): ProxySettings {
  return proxySettings(valuesOf(...flags), undefined, 'Machine-1');
}

function valuesOf(...flags: string[]) {
  const parsed = parseFlags({ name: 'kube-proxy', description: '' }, proxyFlags, flags);
  if (parsed.type !== 'run') throw new Error('no run');
  return parsed.values;
}
