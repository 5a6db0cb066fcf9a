import { clusterrolebindings, clusterroles, pods } from '@keelson/api';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver({ users: ['reader'] });
  const pod = { metadata: { name: 'web', namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'example.org/app:1' }] } };
  await server.admin.resource(pods).create(pod);
  await server.admin.resource(clusterroles).create({
    metadata: { name: 'exec-reader' },
    rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] }],
  });
  await server.admin.resource(clusterrolebindings).create({
    metadata: { name: 'exec-reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'exec-reader' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }],
  });
});
afterAll(() => server.stop());

const POD = '/api/v1/namespaces/default/pods/web';

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function get(path: string, client = server.admin): Promise<{ status: number; text: string }> {
  const response = await client.transport.request({ method: 'GET', path });
  return { status: response.status, text: await textOf(response.body) };
}

describe('pods/log', () => {
  it('is empty while the pod has no node', async () => {
    expect(await get(`${POD}/log`)).toEqual({ status: 200, text: '' });
  });

  it('refuses a number of lines below zero', async () => {
    const { status, text } = await get(`${POD}/log?tailLines=-1`);
    expect(status).toBe(422);
    expect(text).toContain('tailLines: Invalid value: -1: must be greater than or equal to 0');
  });

  it('refuses two beginnings at once', async () => {
    expect((await get(`${POD}/log?sinceSeconds=5&sinceTime=2026-01-01T00:00:00Z`)).status).toBe(422);
  });

  it('is not found for a pod that is not there', async () => {
    expect((await get('/api/v1/namespaces/default/pods/other/log')).status).toBe(404);
  });
});

describe('pods/exec', () => {
  it('is refused without an upgrade', async () => {
    const { status, text } = await get(`${POD}/exec?command=ls&stdout=true`);
    expect(status).toBe(400);
    expect(text).toContain('Upgrade request required');
  });

  it('needs the right to create, even as a GET', async () => {
    const { status, text } = await get(`${POD}/exec?command=ls&stdout=true`, server.clientOf('reader'));
    expect(status).toBe(403);
    expect(text).toContain('cannot create resource \\"pods/exec\\"');
  });
});
