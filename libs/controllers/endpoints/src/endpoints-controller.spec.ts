import { endpoints, pods, services, type Pod, type Service } from '@keelson/api';
import { FakeClock, type Draft } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { EndpointsController } from './endpoints-controller';
import { countAddresses, packSubsets, truncateSubsets } from './pack-subsets';

const web = (spec: Partial<Service['spec']> = {}): Draft<Service> => ({
  metadata: { name: 'web', namespace: 'ns' },
  spec: {
    selector: { app: 'web' },
    clusterIP: '10.0.0.1',
    ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    ...spec,
  },
});

const pod = (name: string, ip: string, ready: boolean): Draft<Pod> => ({
  metadata: { name, namespace: 'ns', labels: { app: 'web' } },
  spec: { nodeName: 'n1', containers: [] },
  status: { podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

async function given(service: Draft<Service>, all: Draft<Pod>[]) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  api.add(services, service);
  for (const each of all) api.add(pods, each);
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    const options = { updatesBatchPeriod: 0 };
    return new EndpointsController({
      client,
      services: informer(services),
      pods: informer(pods),
      endpoints: informer(endpoints),
      recorder,
      options,
    });
  });
  return { api, run };
}

describe('the Endpoints controller', () => {
  it('packs ready and unready addresses of the same ports into one subset, sorted', async () => {
    const { api, run } = await given(web(), [pod('b', '10.1.0.2', true), pod('a', '10.1.0.1', true), pod('c', '10.1.0.3', false)]);
    await run.reconcile('ns/web');
    const [object] = api.all(endpoints);
    expect(object?.metadata.labels).toEqual({ 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' });
    expect(object?.subsets).toMatchObject([
      {
        addresses: [{ ip: '10.1.0.1' }, { ip: '10.1.0.2' }],
        notReadyAddresses: [{ ip: '10.1.0.3' }],
        ports: [{ name: 'http', port: 8080 }],
      },
    ]);
    await run.reconcile('ns/web');
    expect(api.writes).toHaveLength(1);
    await run.stop();
  });

  it('notes when that happened which made it write, and takes the note away where nothing of it is known', async () => {
    const { api, run } = await given(web(), [pod('a', '10.1.0.1', false), pod('b', '10.1.0.2', false)]);
    const note = () => api.all(endpoints)[0]?.metadata.annotations?.['endpoints.kubernetes.io/last-change-trigger-time'];
    await run.reconcile('ns/web');
    expect(note()).toBe(api.all(services)[0]?.metadata.creationTimestamp);
    const lastTransitionTime = '2026-03-03T03:03:03Z';
    api.change(pods, { namespace: 'ns', name: 'a' }, ({ status }) =>
      Object.assign(status ?? {}, { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] }),
    );
    await run.woken();
    await run.reconcile('ns/web');
    expect(note()).toBe(lastTransitionTime);
    await run.reconcile('ns/web');
    expect(note()).toBe(lastTransitionTime);
    api.remove(pods, { namespace: 'ns', name: 'b' });
    await run.woken();
    await run.reconcile('ns/web');
    expect(note()).toBeUndefined();
    await run.stop();
  });

  it('does not write again from a version that it has replaced itself, while its cache still shows that', async () => {
    const { api, run } = await given(web(), [pod('a', '10.1.0.1', false)]);
    const become = (status: string) =>
      api.change(pods, { namespace: 'ns', name: 'a' }, ({ status: of }) =>
        Object.assign(of ?? {}, { conditions: [{ type: 'Ready', status }] }),
      );
    await run.reconcile('ns/web');
    become('True');
    await run.woken();
    const deliver = api.holdEvents();
    await run.reconcile('ns/web');
    await run.reconcile('ns/web');
    expect(api.writes.map(({ verb }) => verb)).toEqual(['create', 'update']);
    expect(run.events).toEqual([]);
    become('False');
    deliver();
    await run.woken();
    await run.reconcile('ns/web');
    expect(api.all(endpoints)[0]?.subsets).toMatchObject([{ notReadyAddresses: [{ ip: '10.1.0.1' }] }]);
    await run.stop();
  });

  it('deletes its own Endpoints when the service is gone, and no one else’s', async () => {
    const { api, run } = await given(web(), []);
    await run.reconcile('ns/web');
    api.add(endpoints, { metadata: { namespace: 'ns', name: 'manual' } });
    api.remove(services, { namespace: 'ns', name: 'web' });
    await run.reconcile('ns/web');
    await run.reconcile('ns/manual');
    expect(api.all(endpoints).map(({ metadata }) => metadata.name)).toEqual(['manual']);
    await run.stop();
  });

  it('writes nothing for a service without a selector', async () => {
    const service = web();
    delete service.spec.selector;
    const { api, run } = await given(service, [pod('a', '10.1.0.1', true)]);
    await run.reconcile('ns/web');
    expect(api.writes).toEqual([]);
    await run.stop();
  });

  it('publishes unready addresses as ready when the service says so', async () => {
    const { api, run } = await given(web({ clusterIP: 'None', ports: [], publishNotReadyAddresses: true }), [pod('a', '10.1.0.1', false)]);
    await run.reconcile('ns/web');
    const [object] = api.all(endpoints);
    expect(object?.subsets).toMatchObject([{ addresses: [{ ip: '10.1.0.1' }] }]);
    expect(object?.metadata.labels).toMatchObject({ 'service.kubernetes.io/headless': '' });
    await run.stop();
  });
});

describe('truncateSubsets', () => {
  const many = (count: number, isReady: boolean, port: number) =>
    Array.from({ length: count }, (_, n) => ({
      address: { ip: `10.${String(port)}.${String(n >> 8)}.${String(n & 255)}` },
      isReady,
      port: { port },
    }));

  it('keeps all ready addresses before any other', () => {
    const subsets = truncateSubsets(packSubsets([...many(900, true, 1), ...many(300, false, 2)]));
    expect(countAddresses(subsets)).toBe(1000);
    expect(subsets[0]?.addresses).toHaveLength(900);
  });

  it('cuts each subset in proportion when even the ready ones are too many', () => {
    const subsets = truncateSubsets(packSubsets([...many(1500, true, 1), ...many(500, true, 2), ...many(10, false, 3)]));
    expect(subsets.map(({ addresses }) => addresses?.length)).toEqual([750, 250, 0]);
    expect(countAddresses(subsets)).toBe(1000);
  });
});
