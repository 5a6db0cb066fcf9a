import { send } from '../testing/send';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';
import { storeCheck } from './component-check';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver({
    components: new Map([
      ['scheduler', () => Promise.resolve({ status: 'False', message: 'HTTP probe failed with statuscode: 500' })],
      ['etcd-0', storeCheck(() => Promise.resolve())],
      ['etcd-1', storeCheck(() => Promise.reject(new Error('the disk is gone')))],
    ]),
  });
});
afterAll(() => server.stop());

const PATH = '/api/v1/componentstatuses';
const namesOf = ({ items }: Record<string, unknown>): string[] =>
  (items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);

describe('componentstatuses', () => {
  it('tells of one component what its check found, and that the kind is deprecated', async () => {
    const answer = await send(server, 'GET', `${PATH}/scheduler`);
    expect(answer.json()).toEqual({
      kind: 'ComponentStatus',
      apiVersion: 'v1',
      metadata: { name: 'scheduler' },
      conditions: [{ type: 'Healthy', status: 'False', message: 'HTTP probe failed with statuscode: 500' }],
    });
    expect(String(answer.headers['warning'])).toContain('v1 ComponentStatus is deprecated in v1.19+');
  });

  it('lists all of them, with the error of a store that does not answer', async () => {
    const list = (await send(server, 'GET', PATH)).json();
    expect(namesOf(list)).toEqual(['etcd-0', 'etcd-1', 'scheduler']);
    expect(list).toMatchObject({
      kind: 'ComponentStatusList',
      items: [{ conditions: [{ status: 'True', message: 'ok' }] }, { conditions: [{ status: 'False', error: 'the disk is gone' }] }, {}],
    });
  });

  it.each([
    ['fieldSelector=metadata.name=etcd-0', ['etcd-0']],
    ['labelSelector=tier', []],
    ['labelSelector=!tier', ['etcd-0', 'etcd-1', 'scheduler']],
  ])('selects by %s', async (query, names) => {
    expect(namesOf((await send(server, 'GET', `${PATH}?${query}`)).json())).toEqual(names);
  });

  it.each([
    ['/nosuch', 404, 'componentstatus "nosuch" not found'],
    ['?watch=1', 405, 'watch is not supported on resources of kind "componentstatuses"'],
    ['?fieldSelector=a=b', 400, '"a" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ])('refuses %s', async (path, code, message) => {
    expect((await send(server, 'GET', PATH + path)).json()).toMatchObject({ code, message });
  });

  it.each(['/api/v1/namespaces/default/componentstatuses', '/api/v1/watch/componentstatuses'])('is not at %s', async (path) => {
    expect((await send(server, 'GET', path)).status).toBe(404);
  });

  it('comes as the Table that kubectl prints', async () => {
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const table = (await send(server, 'GET', PATH, { headers })).json();
    expect(table).toMatchObject({ kind: 'Table', metadata: {} });
    expect((table['rows'] as { cells: unknown[] }[]).map(({ cells }) => cells)).toEqual([
      ['etcd-0', 'Healthy', 'ok', ''],
      ['etcd-1', 'Unhealthy', '', 'the disk is gone'],
      ['scheduler', 'Unhealthy', 'HTTP probe failed with statuscode: 500', ''],
    ]);
  });
});

describe('metadata alone', () => {
  const accept = (as: string) => ({ headers: { accept: `application/json;as=${as};v=v1;g=meta.k8s.io` } });

  it('of a list is asked for as a list', async () => {
    const refused = await send(server, 'GET', '/api/v1/namespaces', accept('PartialObjectMetadata'));
    const message = 'you requested PartialObjectMetadata, but the requested object is a list (*core.NamespaceList)';
    expect(refused.json()).toMatchObject({ code: 406, message });
    const list = await send(server, 'GET', '/api/v1/namespaces', accept('PartialObjectMetadataList'));
    expect(list.json()).toMatchObject({ kind: 'PartialObjectMetadataList' });
  });

  it('of one object is not asked for as a list', async () => {
    const refused = await send(server, 'GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/view', accept('PartialObjectMetadataList'));
    const message = 'you requested PartialObjectMetadataList, but the requested object is not a list (*rbac.ClusterRole)';
    expect(refused.json()).toMatchObject({ code: 406, message });
  });
});
