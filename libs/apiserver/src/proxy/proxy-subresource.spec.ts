import { clusterrolebindings, clusterroles, nodes, pods, services } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver({ users: ['reader'] });
  const { admin } = server;
  await admin.resource(pods).create({
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'app', image: 'example.org/app:1' }] },
  });
  await admin.resource(services).create({ metadata: { name: 'web', namespace: 'default' }, spec: { ports: [{ port: 80 }] } });
  await admin
    .resource(nodes)
    .create({ metadata: { name: 'node-1' }, spec: {}, status: { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] } });
  await admin.resource(clusterroles).create({
    metadata: { name: 'proxy-reader' },
    rules: [{ apiGroups: [''], resources: ['pods/proxy'], verbs: ['get'] }],
  });
  await admin.resource(clusterrolebindings).create({
    metadata: { name: 'proxy-reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'proxy-reader' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }],
  });
});
afterAll(() => server.stop());

async function ask(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, client: ApiClient = server.admin): Promise<string> {
  const response = await client.transport.request({ method, path: `/api/v1/${path}` });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  const { message } = JSON.parse(Buffer.concat(chunks).toString()) as { message: string };
  return `${response.status}: ${message}`;
}

describe('the proxy subresources', () => {
  it.each([
    ['namespaces/default/pods/web:80/proxy/', '400: address not allowed'],
    ['namespaces/default/pods/a:b:c:d/proxy/', '400: invalid pod request "a:b:c:d"'],
    ['namespaces/default/pods/nobody/proxy/', '404: pods "nobody" not found'],
    ['namespaces/default/services/nobody:80/proxy/', '404: services "nobody" not found'],
    ['namespaces/default/services/web:81/proxy/', '503: no service port 81 found for service "web"'],
    ['nodes/node-1/proxy/metrics', '400: address not allowed'],
    ['nodes/nobody/proxy/metrics', '404: nodes "nobody" not found'],
  ])('answer for %s: %s', async (path, answer) => {
    expect(await ask('GET', path)).toBe(answer);
  });

  it.each([
    ['POST', 'create'],
    ['PUT', 'update'],
    ['PATCH', 'patch'],
    ['DELETE', 'delete'],
  ] as const)('ask whether the user may, by method: %s is %s', async (method, verb) => {
    const path = 'namespaces/default/pods/web:80/proxy/a';
    expect(await ask(method, path, server.clientOf('reader'))).toMatch(new RegExp(`^403: .*cannot ${verb} resource "pods/proxy"`));
    expect(await ask('GET', path, server.clientOf('reader'))).toBe('400: address not allowed');
    expect(await ask(method, path)).toBe('400: address not allowed');
  });
});
