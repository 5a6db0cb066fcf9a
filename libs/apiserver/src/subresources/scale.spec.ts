import { send } from '../testing/send';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver();
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app:1' }] } };
  const spec = { replicas: 3, selector: { matchLabels: labels }, template };
  await send(server, 'POST', '/apis/apps/v1/namespaces/default/deployments', { body: { metadata: { name: 'web' }, spec } });
});
afterAll(() => server.stop());

const PATH = '/apis/apps/v1/namespaces/default/deployments/web/scale';
const get = (accept: string) => send(server, 'GET', PATH, { headers: { accept } });

describe('the scale of a workload', () => {
  it('comes as a Table of its replicas', async () => {
    const table = (await get('application/json;as=Table;v=v1;g=meta.k8s.io')).json();
    expect(table).toMatchObject({
      kind: 'Table',
      columnDefinitions: [{ name: 'Name', format: '' }, { name: 'Desired' }, { name: 'Available' }, { name: 'Age' }],
      rows: [{ cells: ['web', 3, 0, expect.any(String)], object: { kind: 'PartialObjectMetadata', metadata: { name: 'web' } } }],
    });
  });

  it('comes as protobuf to who asks for it so', async () => {
    const answer = await get('application/vnd.kubernetes.protobuf');
    expect(answer.headers['content-type']).toBe('application/vnd.kubernetes.protobuf');
    expect(answer.bytes.subarray(0, 4).toString('latin1')).toBe('k8s\0');
    expect(answer.bytes.toString('latin1')).toContain('autoscaling/v1\x12\x05Scale');
  });

  it('comes as JSON otherwise', async () => {
    expect((await get('*/*')).json()).toMatchObject({ kind: 'Scale', spec: { replicas: 3 }, status: { replicas: 0, selector: 'app=web' } });
  });
});
