import { endpointslices, nodes, pods, services, type Pod, type Service } from '@keelson/api';
import { FakeClock, type Draft } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { EndpointSliceController } from './endpoint-slice-controller';

const web = (spec: Partial<Service['spec']> = {}): Draft<Service> => ({
  metadata: { name: 'web', namespace: 'ns', labels: { tier: 'front' } },
  spec: {
    selector: { app: 'web' },
    clusterIP: '10.0.0.1',
    ipFamilies: ['IPv4'],
    ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    ...spec,
  },
});

const pod = (name: string, ip: string, { ready = true, port = 8080 } = {}): Draft<Pod> => ({
  metadata: { name, namespace: 'ns', labels: { app: 'web' } },
  spec: { nodeName: 'n1', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }] }] },
  status: {
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  },
});

async function given(service: Draft<Service>, endpoints: Draft<Pod>[], max = 100) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  api.add(services, service);
  api.add(nodes, { metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z' } }, spec: {} });
  for (const each of endpoints) api.add(pods, each);
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    return new EndpointSliceController({
      client,
      services: informer(services),
      pods: informer(pods),
      nodes: informer(nodes),
      endpointSlices: informer(endpointslices),
      recorder,
      options: { maxEndpointsPerSlice: max, updatesBatchPeriod: 0 },
    });
  });
  const sizes = () => api.all(endpointslices).map((slice) => slice.endpoints?.length ?? 0);
  const verbs = () => api.writes.splice(0).map(({ verb }) => verb);
  return { api, clock, run, sizes, verbs };
}

describe('the EndpointSlice controller', () => {
  it('tells address, node, zone and conditions of each selected pod, and looks named ports up', async () => {
    const { api, run } = await given(web(), [pod('a', '10.1.0.1'), pod('b', '10.1.0.2', { ready: false })]);
    await run.reconcile('ns/web');
    const [slice] = api.all(endpointslices);
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      metadata: {
        generateName: 'web-',
        labels: {
          tier: 'front',
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [{ kind: 'Service', name: 'web', controller: true }],
      },
    });
    expect(slice?.endpoints).toMatchObject([
      { addresses: ['10.1.0.1'], nodeName: 'n1', zone: 'z', conditions: { ready: true, serving: true, terminating: false } },
      { addresses: ['10.1.0.2'], conditions: { ready: false, serving: false, terminating: false } },
    ]);
    await run.stop();
  });

  it('writes nothing when nothing changed', async () => {
    const { run, verbs } = await given(web(), [pod('a', '10.1.0.1')]);
    await run.reconcile('ns/web');
    expect(verbs()).toEqual(['create']);
    await run.reconcile('ns/web');
    expect(verbs()).toEqual([]);
    await run.stop();
  });

  it('fills a slice that changes anyway before it opens another', async () => {
    const { api, run, sizes, verbs } = await given(
      web(),
      [1, 2, 3, 4].map((n) => pod(`p${String(n)}`, `10.1.0.${String(n)}`)),
      2,
    );
    await run.reconcile('ns/web');
    expect(sizes()).toEqual([2, 2]);
    verbs();
    api.remove(pods, { namespace: 'ns', name: 'p1' });
    api.add(pods, pod('p5', '10.1.0.5'));
    await run.reconcile('ns/web');
    expect(verbs()).toEqual(['update']);
    expect(sizes()).toEqual([2, 2]);
    await run.stop();
  });

  it('does not plan on a cache that lacks its own last write', async () => {
    const { api, run, verbs } = await given(web(), [pod('a', '10.1.0.1')]);
    const release = api.holdEvents();
    await run.reconcile('ns/web');
    expect(await run.reconcile('ns/web')).toEqual({ requeueAfter: 1000 });
    expect(verbs()).toEqual(['create']);
    release();
    await run.stop();
  });

  it('keeps one empty slice for a service without endpoints, and reuses it for the first', async () => {
    const { api, run, sizes, verbs } = await given(web({ clusterIP: 'None' }), []);
    await run.reconcile('ns/web');
    await run.reconcile('ns/web');
    expect(verbs()).toEqual(['create']);
    expect(api.all(endpointslices)[0]?.metadata.labels).toMatchObject({ 'service.kubernetes.io/headless': '' });
    api.add(pods, pod('a', '10.1.0.1'));
    await run.reconcile('ns/web');
    expect(verbs()).toEqual(['update']);
    expect(sizes()).toEqual([1]);
    await run.stop();
  });

  it('gives pods that resolve a named port differently slices of their own', async () => {
    const { api, run } = await given(web(), [pod('a', '10.1.0.1'), pod('b', '10.1.0.2', { port: 9090 })]);
    await run.reconcile('ns/web');
    expect(api.all(endpointslices).map(({ ports }) => ports?.[0]?.port)).toEqual([8080, 9090]);
    await run.stop();
  });

  it('wakes the services that a pod left by a change of its labels', async () => {
    const { api, run } = await given(web(), [pod('a', '10.1.0.1')]);
    await run.woken();
    api.change(pods, { namespace: 'ns', name: 'a' }, ({ metadata }) => (metadata.labels = {}));
    expect(await run.woken()).toEqual(['ns/web']);
    await run.stop();
  });

  it('leaves a pod on an unknown node out, and fails so that it is tried again', async () => {
    const stray = pod('a', '10.1.0.1');
    const { run, sizes } = await given(web(), [{ ...stray, spec: { ...stray.spec, nodeName: 'gone' } }]);
    await expect(run.reconcile('ns/web')).rejects.toThrow('their nodes are not known');
    expect(sizes()).toEqual([0]);
    await run.stop();
  });
});
