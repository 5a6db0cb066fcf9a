import { configmaps, leases, nodes, pods, secrets } from '@keelson/api';
import { startTestApiserver, type TestApiserver } from '../../testing/start-test-apiserver';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver({
    config: {
      authorizationModes: ['Node', 'RBAC'],
      staticTokens: [
        { token: 'admin-token', user: { name: 'admin', groups: ['system:masters'] } },
        { token: 'node-a', user: { name: 'system:node:a', groups: ['system:nodes'] } },
        { token: 'impostor', user: { name: 'system:node:a', groups: [] } },
      ],
    },
  });
  const spec = {
    nodeName: 'a',
    containers: [{ name: 'c', image: 'i', env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'mine', key: 'k' } } }] }],
    volumes: [{ name: 'v', secret: { secretName: 'mine' } }],
  };
  for (const name of ['mine', 'other']) {
    await server.admin.resource(secrets).create({ metadata: { name, namespace: 'default' } });
    await server.admin.resource(configmaps).create({ metadata: { name, namespace: 'default' } });
  }
  await server.admin.resource(pods).create({ metadata: { name: 'p', namespace: 'default' }, spec });
});
afterAll(() => server.stop());

const forbidden = { status: { code: 403 } };
const own = (name: string) => ({ namespace: 'default', name });

describe('the Node authorizer', () => {
  it('lets a node read what its pods refer to, and nothing else of that kind', async () => {
    const node = server.clientOf('node-a');
    await node.resource(secrets).get(own('mine'));
    await node.resource(configmaps).get(own('mine'));
    await expect(node.resource(secrets).get(own('other'))).rejects.toMatchObject(forbidden);
    await expect(node.resource(secrets).list({ namespace: 'default' })).rejects.toMatchObject(forbidden);
    await server.admin.resource(pods).delete(own('p'), { gracePeriodSeconds: 0 });
    await expect(node.resource(secrets).get(own('mine'))).rejects.toMatchObject(forbidden);
  });

  it('lets a node keep its own lease and node, and look at no other', async () => {
    const node = server.clientOf('node-a');
    await node.resource(nodes).create({ metadata: { name: 'a' }, spec: {} });
    await node.resource(leases).create({ metadata: { name: 'a', namespace: 'kube-node-lease' }, spec: {} });
    await node.resource(leases).get({ namespace: 'kube-node-lease', name: 'a' });
    await expect(node.resource(nodes).get({ name: 'b' })).rejects.toMatchObject(forbidden);
    await expect(node.resource(leases).get({ namespace: 'kube-system', name: 'a' })).rejects.toMatchObject(forbidden);
  });

  it('lets a node see its own pods only', async () => {
    const node = server.clientOf('node-a');
    await node.resource(pods).list({ fieldSelector: 'spec.nodeName=a' });
    await expect(node.resource(pods).list()).rejects.toMatchObject(forbidden);
    await expect(node.resource(pods).list({ fieldSelector: 'spec.nodeName=b' })).rejects.toMatchObject(forbidden);
  });

  it('knows nodes by their group, not by their name alone', async () => {
    await expect(server.clientOf('impostor').resource(nodes).get({ name: 'a' })).rejects.toMatchObject(forbidden);
  });
});
