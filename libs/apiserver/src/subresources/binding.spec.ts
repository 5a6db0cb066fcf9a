import { pods } from '@keelson/api';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

describe('pods/binding', () => {
  let server: TestApiserver;
  beforeAll(async () => void (server = await startTestApiserver({})));
  afterAll(() => server.stop());

  const bind = (uid: string) =>
    server.admin.resource(pods).createSubresource({ namespace: 'default', name: 'web' }, 'binding', {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'web', uid },
      target: { kind: 'Node', name: 'node-1' },
    });

  it('names the node and counts as no new generation', async () => {
    const spec = { containers: [{ name: 'app', image: 'example.org/app:1' }] };
    const { metadata } = await server.admin.resource(pods).create({ metadata: { name: 'web', namespace: 'default' }, spec });
    await bind(metadata.uid);
    const bound = await server.admin.resource(pods).get({ namespace: 'default', name: 'web' });
    expect(bound).toMatchObject({ metadata: { generation: 1 }, spec: { nodeName: 'node-1' } });
    const [container] = bound.spec.containers;
    await server.admin
      .resource(pods)
      .update({ ...bound, spec: { ...bound.spec, containers: [{ ...container!, image: 'example.org/app:2' }] } });
    expect(await server.admin.resource(pods).get({ namespace: 'default', name: 'web' })).toMatchObject({ metadata: { generation: 2 } });
  });
});
