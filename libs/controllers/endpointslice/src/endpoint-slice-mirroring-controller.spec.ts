import { endpoints, endpointslices, services, type Endpoints, type EndpointSubset } from '@keelson/api';
import { FakeClock, type Draft } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { EndpointSliceMirroringController } from './endpoint-slice-mirroring-controller';

const NAME = { namespace: 'ns', name: 'db' };
const subset = (ips: string[], port: number): EndpointSubset => ({
  addresses: ips.map((ip) => ({ ip })),
  ports: [{ name: 'sql', port, protocol: 'TCP' }],
});

async function given(subsets: EndpointSubset[], extra: Partial<Endpoints['metadata']> = {}, maxEndpointsPerSubset = 1000) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  api.add(services, { metadata: NAME, spec: { ports: [{ port: 5432 }] } });
  const object: Draft<Endpoints> = { metadata: { ...NAME, ...extra }, subsets };
  api.add(endpoints, object);
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    return new EndpointSliceMirroringController({
      client,
      services: informer(services),
      endpoints: informer(endpoints),
      endpointSlices: informer(endpointslices),
      recorder,
      options: { maxEndpointsPerSubset, updatesBatchPeriod: 0 },
    });
  });
  const addresses = () => api.all(endpointslices).map((slice) => (slice.endpoints ?? []).flatMap(({ addresses: all }) => all));
  const verbs = () => api.writes.splice(0).map(({ verb }) => verb);
  return { api, run, addresses, verbs };
}

describe('the EndpointSlice mirroring controller', () => {
  it('mirrors addresses, readiness, labels and annotations to one slice of each family and set of ports, once', async () => {
    const annotations = { keep: 'me', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    const { api, run, verbs } = await given([{ ...subset(['10.0.0.1', 'fd00::1'], 5432), notReadyAddresses: [{ ip: '10.0.0.2' }] }], {
      labels: { a: 'b' },
      annotations,
    });
    await run.reconcile('ns/db');
    expect(api.all(endpointslices)).toMatchObject([
      {
        addressType: 'IPv4',
        metadata: {
          annotations: { keep: 'me' },
          labels: {
            a: 'b',
            'kubernetes.io/service-name': 'db',
            'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
          },
          ownerReferences: [{ apiVersion: 'v1', kind: 'Endpoints', name: 'db', controller: true }],
        },
        ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
        endpoints: [
          { addresses: ['10.0.0.1'], conditions: { ready: true } },
          { addresses: ['10.0.0.2'], conditions: { ready: false } },
        ],
      },
      { addressType: 'IPv6', endpoints: [{ addresses: ['fd00::1'] }] },
    ]);
    expect(api.all(endpointslices)[0]?.metadata.annotations).toEqual({ keep: 'me' });
    expect(verbs()).toEqual(['create', 'create']);
    await run.reconcile('ns/db');
    expect(verbs()).toEqual([]);
    await run.stop();
  });

  it('rewrites a slice whose ports are gone where others have come', async () => {
    const { api, run, addresses, verbs } = await given([subset(['10.0.0.1'], 5432)]);
    await run.reconcile('ns/db');
    verbs();
    api.change(endpoints, NAME, (object) => (object.subsets = [subset(['10.0.0.9'], 5433)]));
    await run.reconcile('ns/db');
    expect(verbs()).toEqual(['update']);
    expect(addresses()).toEqual([['10.0.0.9']]);
    expect(api.all(endpointslices)[0]?.ports?.[0]?.port).toBe(5433);
    await run.stop();
  });

  it('does not plan on a cache that lacks its own last write', async () => {
    const { api, run, verbs } = await given([subset(['10.0.0.1'], 5432)]);
    const release = api.holdEvents();
    await run.reconcile('ns/db');
    expect(await run.reconcile('ns/db')).toEqual({ requeueAfter: 1000 });
    expect(verbs()).toEqual(['create']);
    release();
    await run.stop();
  });

  it.each<[string, (api: FakeApi) => void]>([
    ['the Endpoints are gone', (api) => api.remove(endpoints, NAME)],
    ['the Service is gone', (api) => api.remove(services, NAME)],
    ['the Service has a selector', (api) => api.change(services, NAME, ({ spec }) => (spec.selector = { app: 'db' }))],
    [
      'they ask not to be mirrored',
      (api) => api.change(endpoints, NAME, ({ metadata }) => (metadata.labels = { 'endpointslice.kubernetes.io/skip-mirror': 'true' })),
    ],
  ])('takes its slices away when %s', async (_, change) => {
    const { api, run, addresses } = await given([subset(['10.0.0.1'], 5432)]);
    await run.reconcile('ns/db');
    change(api);
    await run.reconcile('ns/db');
    expect(addresses()).toEqual([]);
    await run.stop();
  });

  it('leaves out what is no address and what is too many, and says so', async () => {
    const { run, addresses } = await given([subset(['10.0.0.1', 'nonsense', '10.0.0.2'], 5432)], {}, 1);
    await run.reconcile('ns/db');
    expect(addresses()).toEqual([['10.0.0.1']]);
    expect(run.events).toEqual([
      'Warning InvalidIPAddress Skipped 1 invalid IP addresses when mirroring to EndpointSlices',
      'Warning TooManyAddressesToMirror A max of 1 addresses can be mirrored to EndpointSlices per Endpoints subset. 2 addresses were skipped',
    ]);
    await run.stop();
  });
});
