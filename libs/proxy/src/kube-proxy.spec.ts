import { endpointslices, nodes, services, type EndpointSlice, type Node, type Service } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { FakeApi } from '@keelson/controller-runtime/testing';
import { NftError } from '@keelson/netfilter';
import { Registry } from 'prom-client';
import { KubeProxy } from './kube-proxy';
import { proxyMetrics } from './proxy-metrics';

const SYNC_PERIOD = 30_000;

describe('KubeProxy', () => {
  let clock: FakeClock;
  let api: FakeApi;
  let registry: Registry;
  let scripts: string[];
  let failures: number;
  let stop: AbortController;
  let proxy: KubeProxy;
  let ended: Promise<void>;

  beforeEach(async () => {
    clock = new FakeClock();
    api = new FakeApi({ clock });
    registry = new Registry();
    [scripts, failures, stop] = [[], 0, new AbortController()];
    api.add(nodes, node());
    api.add(services, service('web', '10.96.0.7'));
    api.add(endpointslices, slice('web', '10.244.0.2'));
    proxy = new KubeProxy({
      client: api,
      clock,
      log: silentLogger,
      signal: stop.signal,
      nft,
      conntrack: { udpFlows: () => Promise.resolve([]), delete: () => Promise.resolve() },
      bridgesAreTracked: () => Promise.resolve(true),
      metrics: proxyMetrics(registry),
      settings: {
        kubeconfig: '',
        localNodes: ['node-1'],
        clusterCIDR: '10.244.0.0/16',
        masqueradeAll: false,
        masqueradeBit: 14,
        nodePortAddresses: [],
        minSyncPeriod: 1_000,
        syncPeriod: SYNC_PERIOD,
        healthzBindAddress: '',
        metricsBindAddress: '',
      },
    });
    ended = proxy.run();
    await pass(0);
  });
  afterEach(async () => {
    stop.abort();
    await ended;
  });

  /** The kernel: keeps what it is told, says that it has no table whenever it is asked. */
  function nft(args: readonly string[], input = ''): Promise<string> {
    if (args.includes('list')) return Promise.reject(new NftError('Error: No such file or directory', '', undefined));
    if (failures-- > 0) return Promise.reject(new NftError('Error: Device or resource busy', input, undefined));
    scripts.push(input);
    return Promise.resolve('');
  }

  const pass = async (milliseconds: number): Promise<void> => {
    await settle();
    await clock.advance(milliseconds);
    await settle();
  };
  const metric = async (name: string): Promise<string | undefined> =>
    (await registry.metrics())
      .split('\n')
      .find((line) => line.startsWith(name))
      ?.split(' ')
      .at(-1);

  it('writes the rules of all that there is, once it knows it', () => {
    expect(scripts).toHaveLength(1);
    expect(scripts[0]).toContain('add element ip kube-proxy tcp-endpoints { 0 . 10.96.0.7 . 80 : 10.244.0.2 . 8080 }');
  });

  it('writes what differs when Services change, many changes at once', async () => {
    api.add(services, service('a', '10.96.0.8'));
    api.add(services, service('b', '10.96.0.9'));
    await pass(1_000);
    expect(scripts.slice(1).map((script) => script.match(/no-endpoint-services \{ \S+/g))).toEqual([
      ['no-endpoint-services { 10.96.0.8', 'no-endpoint-services { 10.96.0.9'],
    ]);
  });

  it('is unhealthy while it can not write, tries again, and recovers', async () => {
    failures = 1_000;
    api.add(services, service('a', '10.96.0.8'));
    for (let second = 0; second < 62; second++) await pass(1_000);
    expect(proxy.health.isHealthy).toBe(false);
    expect(Number(await metric('kubeproxy_sync_proxy_rules_nftables_sync_failures_total'))).toBeGreaterThan(30);
    failures = 0;
    await pass(1_000);
    expect(proxy.health.isHealthy).toBe(true);
    expect(scripts.at(-1)).toContain('10.96.0.8');
  });

  it('looks every period whether its table is still there', async () => {
    await pass(SYNC_PERIOD);
    expect(scripts).toHaveLength(2);
    expect(scripts[1]).toBe(scripts[0]);
  });

  it('measures from the change of an endpoint to its rules, but not for what was before it started', async () => {
    expect(await metric('kubeproxy_network_programming_duration_seconds_count')).toBeUndefined();
    await clock.advance(2_000);
    api.add(endpointslices, slice('web-2', '10.244.0.3', new Date(clock.now()).toISOString()));
    await pass(1_000);
    expect(await metric('kubeproxy_network_programming_duration_seconds_count')).toBe('1');
    expect(await metric('kubeproxy_sync_proxy_rules_endpoint_changes_pending')).toBe('0');
    expect(await metric('kubeproxy_sync_proxy_rules_endpoint_changes_total')).toBe('2');
  });

  it('knows whether its node may get traffic', async () => {
    expect(proxy.health.reportWithNode()).toMatchObject({ nodeEligible: true });
    await api.resource(nodes).delete({ name: 'node-1' });
    await settle();
    expect(proxy.health.reportWithNode()).toMatchObject({ nodeEligible: false });
  });
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function node(): Node {
  return { metadata: metadata('node-1', undefined), spec: {} };
}

function service(name: string, clusterIP: string): Service {
  return { metadata: metadata(name, 'shop'), spec: { clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, protocol: 'TCP' }] } };
}

function slice(name: string, address: string, changed = '2020-01-01T00:00:00Z'): EndpointSlice {
  return {
    metadata: {
      ...metadata(name, 'shop'),
      labels: { 'kubernetes.io/service-name': 'web' },
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': changed },
    },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: [address] }],
  };
}

function metadata(name: string, namespace: string | undefined): Service['metadata'] {
  const made = { uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  return namespace === undefined ? { name, ...made } : { name, namespace, ...made };
}
