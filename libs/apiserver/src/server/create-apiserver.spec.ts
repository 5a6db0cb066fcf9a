import { configmaps, events, namespaces, nodes, pods, servicecidrs, type ConfigMap } from '@keelson/api';
import type { WatchEvent } from '@keelson/client';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver({ users: ['jane'] });
});
afterAll(() => server.stop());

const configMap = (name: string, data: Record<string, string>) => ({ metadata: { name, namespace: 'default' }, data });

describe('an apiserver', () => {
  it('has its namespaces when it begins to serve', async () => {
    const { items } = await server.admin.resource(namespaces).list();
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  });

  it('shows the range of cluster IPs as a ServiceCIDR that is ready', async () => {
    const { spec, status } = await server.admin.resource(servicecidrs).get({ name: 'kubernetes' });
    expect(spec.cidrs).toEqual(['10.96.0.0/16']);
    expect(status?.conditions).toMatchObject([{ type: 'Ready', status: 'True' }]);
  });

  it('stores an object with what the server decides, and gives it back', async () => {
    const created = await server.admin.resource(configmaps).create(configMap('settings', { a: '1' }));
    expect(created.metadata).toMatchObject({ name: 'settings', namespace: 'default' });
    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(await server.admin.resource(configmaps).get({ namespace: 'default', name: 'settings' })).toEqual(created);
  });

  it('serves an event of the core group under the names of events.k8s.io too', async () => {
    const involvedObject = { kind: 'Pod', name: 'web', namespace: 'default' };
    await server.admin.resource(events).create({ metadata: { name: 'web.1', namespace: 'default' }, involvedObject, message: 'pulled' });
    const { items } = await server.admin.resource({ ...events, group: 'events.k8s.io' }).list({ namespace: 'default' });
    expect(items).toMatchObject([{ apiVersion: 'events.k8s.io/v1', regarding: involvedObject, note: 'pulled' }]);
  });

  it('lets a node register with its status', async () => {
    const node = await server.admin.resource(nodes).create({ metadata: { name: 'n1' }, spec: {}, status: { capacity: { cpu: '4' } } });
    expect(node.status?.allocatable).toEqual({ cpu: '4' });
  });

  it('names every field of an invalid pod', async () => {
    const pod = { metadata: { name: 'web', namespace: 'default' }, spec: { containers: [{ name: 'app' }], restartPolicy: 'Maybe' } };
    await expect(server.admin.resource(pods).create(pod)).rejects.toMatchObject({
      status: { code: 422, details: { causes: [{ field: 'spec.containers[0].image' }, { field: 'spec.restartPolicy' }] } },
    });
  });

  it('refuses an update that is based on an old version', async () => {
    const client = server.admin.resource(configmaps);
    const first = await client.create(configMap('contended', { a: '1' }));
    await client.update({ ...first, data: { a: '2' } });
    await expect(client.update({ ...first, data: { a: '3' } })).rejects.toMatchObject({ status: { reason: 'Conflict', code: 409 } });
  });

  it('shows a watcher what comes after the version it names', async () => {
    const client = server.admin.resource(configmaps);
    const { resourceVersion } = await client.list({ namespace: 'default' });
    await client.create(configMap('watched', { a: '1' }));
    const abort = new AbortController();
    const seen: WatchEvent<ConfigMap>[] = [];
    for await (const event of client.watch({ namespace: 'default', resourceVersion, signal: abort.signal })) {
      seen.push(event);
      break;
    }
    abort.abort();
    expect(seen[0]).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'watched' } } });
  });

  it.each(['', '0'])('shows a watcher from version %j without initial events nothing that was there before', async (resourceVersion) => {
    const client = server.admin.resource(configmaps);
    await client.create(configMap(`before${resourceVersion}`, {}));
    const query = `watch=true&resourceVersion=${resourceVersion}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`;
    const { body } = await server.admin.transport.request({ method: 'GET', path: `/api/v1/namespaces/default/configmaps?${query}` });
    await client.create(configMap(`after${resourceVersion}`, {}));
    let first = '';
    for await (const chunk of body) {
      first = Buffer.from(chunk).toString();
      break;
    }
    expect(JSON.parse(first)).toMatchObject({ type: 'ADDED', object: { metadata: { name: `after${resourceVersion}` } } });
  });

  it('lets a watch begin at a version that is yet to come, and shows what comes after it', async () => {
    const client = server.admin.resource(configmaps);
    const { resourceVersion } = await client.list({ namespace: 'default' });
    const path = `/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=${Number(resourceVersion) + 1}`;
    const { body, status } = await server.admin.transport.request({ method: 'GET', path });
    expect(status).toBe(200);
    await client.create(configMap('ahead-1', {}));
    await client.create(configMap('ahead-2', {}));
    let first = '';
    for await (const chunk of body) {
      first = Buffer.from(chunk).toString();
      break;
    }
    expect(first.split('\n')[0]).toContain('"name":"ahead-2"');
  });

  it('pages through a list with a state that does not change under the reader', async () => {
    const client = server.admin.resource(configmaps);
    for (let index = 0; index < 5; index += 1)
      await client.create({ ...configMap(`page-${index}`, {}), metadata: { name: `page-${index}`, namespace: 'kube-public' } });
    const { items } = await client.list({ namespace: 'kube-public', limit: 2 });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['page-0', 'page-1', 'page-2', 'page-3', 'page-4']);
  });

  it('lets nobody do what no role allows, and says so in a sentence', async () => {
    await expect(server.clientOf('jane').resource(pods).get({ namespace: 'default', name: 'web' })).rejects.toMatchObject({
      status: {
        code: 403,
        message: 'pods "web" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "default"',
      },
    });
  });

  it('answers a bad token with 401', async () => {
    await expect(server.clientOf('stranger').resource(pods).list()).rejects.toMatchObject({ status: { code: 401 } });
  });
});
