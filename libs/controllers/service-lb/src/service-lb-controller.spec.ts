import { nodes, services, type Service, type ServiceSpec } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { ImplementedElsewhere, RetryLater } from '@keelson/cloud';
import { FakeCloud } from '@keelson/cloud/testing';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { CLEANUP_FINALIZER } from './balanced-service';
import { ServiceLbController } from './service-lb-controller';

const WEB = { namespace: 'default', name: 'web' };
const KEY = 'default/web';
const PORTS = [{ name: 'http', port: 80, protocol: 'TCP' }];
const ENSURED = ['Normal EnsuringLoadBalancer Ensuring load balancer', 'Normal EnsuredLoadBalancer Ensured load balancer'];
const DELETED = ['Normal DeletingLoadBalancer Deleting load balancer', 'Normal DeletedLoadBalancer Deleted load balancer'];

async function given(spec: Partial<ServiceSpec> = {}, { cloud = new FakeCloud(), finalizers = [] as string[] } = {}) {
  const clock = new FakeClock();
  const api = new FakeApi({ clock });
  api.add(services, { metadata: { ...WEB, finalizers }, spec: { type: 'LoadBalancer', ports: PORTS, ...spec } });
  api.add(nodes, { metadata: { name: 'a' }, spec: { providerID: 'fake://a' } });
  const start = () =>
    testController(
      { api, clock },
      ({ client, informer, recorder }) =>
        new ServiceLbController({
          client,
          loadBalancer: cloud,
          services: informer(services),
          nodes: informer(nodes),
          recorder,
          clusterName: 'kubernetes',
        }),
    );
  const run = await start();
  const service = (): Service | undefined => api.all(services)[0];
  const change = (patch: Partial<ServiceSpec>) => api.change(services, WEB, (one) => Object.assign(one.spec, patch));
  return { api, clock, cloud, run, service, change, start };
}

describe('the service load balancer controller', () => {
  it('gives a Service a load balancer, its finalizer first, and says where it is', async () => {
    const { api, cloud, run, service } = await given();
    await run.reconcile(KEY);
    expect(api.writes.map(({ body }) => body)).toEqual([
      { metadata: { resourceVersion: expect.any(String) as string, finalizers: [CLEANUP_FINALIZER] } },
      { metadata: { uid: service()?.metadata.uid }, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } },
    ]);
    expect([...cloud.balancers.values()].map((balancer) => balancer.nodes)).toEqual([['a']]);
    expect(run.events).toEqual(ENSURED);
    await run.stop();
  });

  it.each<[string, Partial<ServiceSpec>]>([
    ['of another type', { type: 'NodePort' }],
    ['of a class of load balancers', { loadBalancerClass: 'example.com/other' }],
  ])('leaves a Service %s alone', async (_what, spec) => {
    const { api, cloud, run } = await given(spec);
    await run.reconcile(KEY);
    expect([cloud.calls, api.writes, run.events]).toEqual([[], [], []]);
    await run.stop();
  });

  it('asks the cloud again only when something changed that it has to know', async () => {
    const { api, change, cloud, run } = await given();
    await run.reconcile(KEY);
    await run.reconcile(KEY);
    api.change(services, WEB, ({ metadata }) => (metadata.labels = { x: 'y' }));
    await run.reconcile(KEY);
    expect(cloud.calls).toEqual(['ensure web']);
    change({ ports: [{ ...PORTS[0]!, port: 81 }] });
    await run.reconcile(KEY);
    expect(cloud.calls).toEqual(['ensure web', 'ensure web']);
    await run.stop();
  });

  it('deletes the load balancer before the Service goes', async () => {
    const { api, cloud, run, service } = await given();
    await run.reconcile(KEY);
    await api.resource(services).delete(WEB);
    expect(service()).toBeDefined();
    await run.reconcile(KEY);
    expect(service()).toBeUndefined();
    expect(cloud.balancers.size).toBe(0);
    expect(run.events).toEqual([...ENSURED, ...DELETED]);
    await run.stop();
  });

  it('keeps the finalizer while the cloud fails to delete', async () => {
    const { api, cloud, run, service } = await given();
    await run.reconcile(KEY);
    await api.resource(services).delete(WEB);
    cloud.failures = [new Error('busy')];
    await expect(run.reconcile(KEY)).rejects.toThrow('failed to delete load balancer: busy');
    expect(run.events.at(-1)).toBe('Warning SyncLoadBalancerFailed Error syncing load balancer: failed to delete load balancer: busy');
    expect(service()?.metadata.finalizers).toEqual([CLEANUP_FINALIZER]);
    await run.reconcile(KEY);
    expect(service()).toBeUndefined();
    await run.stop();
  });

  it('takes the load balancer from a Service that is of that type no more, with finalizer and status', async () => {
    const { change, cloud, run, service } = await given();
    await run.reconcile(KEY);
    change({ type: 'ClusterIP' });
    await run.reconcile(KEY);
    expect(cloud.balancers.size).toBe(0);
    expect(service()?.metadata.finalizers).toEqual([]);
    expect(service()?.status?.loadBalancer?.ingress).toBeUndefined();
    await run.stop();
  });

  it('ends what another process began: the finalizer is there, and the Service is being deleted', async () => {
    const { api, cloud, run, service, start } = await given();
    await run.reconcile(KEY);
    await run.stop();
    await api.resource(services).delete(WEB);
    const next = await start();
    await next.reconcile(KEY);
    expect([service(), cloud.balancers.size]).toEqual([undefined, 0]);
    await next.stop();
  });

  it('deletes the load balancer of a Service whose finalizer was taken off, and makes another for the next of its name', async () => {
    const { api, cloud, run } = await given();
    await run.reconcile(KEY);
    api.remove(services, WEB);
    const { metadata } = api.add(services, { metadata: WEB, spec: { type: 'LoadBalancer', ports: PORTS } });
    await run.reconcile(KEY);
    expect([...cloud.balancers.keys()]).toEqual([metadata.uid]);
    api.remove(services, WEB);
    await run.reconcile(KEY);
    expect(cloud.balancers.size).toBe(0);
    await run.stop();
  });

  it('says what failed, and tries all of it again', async () => {
    const { cloud, run, service } = await given();
    cloud.failures = [new Error('no quota')];
    await expect(run.reconcile(KEY)).rejects.toThrow('failed to ensure load balancer: no quota');
    expect(run.events.at(-1)).toBe('Warning SyncLoadBalancerFailed Error syncing load balancer: failed to ensure load balancer: no quota');
    await run.reconcile(KEY);
    expect(service()?.status?.loadBalancer?.ingress).toEqual([{ ip: '192.0.2.1' }]);
    await run.stop();
  });

  it('tries again when the cloud says that it pays', async () => {
    const { cloud, run } = await given();
    cloud.failures = [new RetryLater('being made', 7_000)];
    expect(await run.reconcile(KEY)).toEqual({ requeueAfter: 7_000 });
    await run.stop();
  });

  it('leaves to others what the cloud says is implemented elsewhere', async () => {
    const { cloud, run, service } = await given();
    cloud.failures = [new ImplementedElsewhere()];
    await run.reconcile(KEY);
    expect(service()?.status).toBeUndefined();
    expect(run.events).toEqual(['Normal EnsuringLoadBalancer Ensuring load balancer']);
    await run.stop();
  });
});

describe('the service load balancer controller, when nodes change', () => {
  it('tells load balancers of nodes that come, are excluded, or go', async () => {
    const { api, cloud, run } = await given();
    await run.reconcile(KEY);
    await run.woken();
    const targets = () => [...cloud.balancers.values()][0]?.nodes;
    api.add(nodes, { metadata: { name: 'b' }, spec: {} });
    expect(await run.woken()).toEqual([KEY]);
    await run.reconcile(KEY);
    expect(targets()).toEqual(['a', 'b']);
    api.change(
      nodes,
      { name: 'a' },
      ({ metadata }) => (metadata.labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }),
    );
    expect(await run.woken()).toEqual([KEY]);
    await run.reconcile(KEY);
    expect(targets()).toEqual(['b']);
    expect(cloud.calls).toEqual(['ensure web', 'update web', 'update web']);
    api.remove(nodes, { name: 'b' });
    await run.reconcile(KEY);
    expect(run.events.at(-1)).toBe('Warning UnAvailableLoadBalancer There are no available nodes for LoadBalancer');
    await run.stop();
  });

  it('does not care for the readiness of nodes', async () => {
    const { api, run } = await given();
    await run.reconcile(KEY);
    await run.woken();
    api.change(nodes, { name: 'a' }, (node) => (node.status = { conditions: [{ type: 'Ready', status: 'False' }] }));
    expect(await run.woken()).toEqual([]);
    await run.stop();
  });

  it('makes the load balancer anew when it could not be told', async () => {
    const { api, cloud, run } = await given();
    await run.reconcile(KEY);
    api.add(nodes, { metadata: { name: 'b' }, spec: {} });
    cloud.failures = [new Error('busy')];
    await expect(run.reconcile(KEY)).rejects.toThrow('busy');
    expect(run.events).toContain(
      'Warning UpdateLoadBalancerFailed Error updating load balancer with new hosts [a b] [node names limited, total number of nodes: 2], error: busy',
    );
    await run.reconcile(KEY);
    expect(cloud.calls).toEqual(['ensure web', 'update web', 'ensure web']);
    await run.stop();
  });
});
