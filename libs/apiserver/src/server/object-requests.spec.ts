import { send } from '../testing/send';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver({ users: ['jane'] });
});
afterAll(() => server.stop());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const named = (name: string, more: object = {}) => ({ metadata: { name, ...more } });

describe('a create', () => {
  it('refuses an object that has a resource version', async () => {
    const answer = await send(server, 'POST', CONFIG_MAPS, { body: named('versioned', { resourceVersion: '5' }) });
    expect(answer.json()).toMatchObject({ code: 500, message: 'resourceVersion should not be set on objects to be created' });
  });

  it('names an object without a name by nothing', async () => {
    const answer = await send(server, 'POST', CONFIG_MAPS, { body: {} });
    expect(answer.json()).toMatchObject({
      code: 422,
      message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    });
  });

  it('refuses a finalizer that is neither standard nor says whose it is', async () => {
    const answer = await send(server, 'POST', CONFIG_MAPS, { body: named('held', { finalizers: ['orphan', 'x'] }) });
    expect(answer.json()).toMatchObject({ code: 422, details: { causes: [{ field: 'metadata.finalizers[1]' }] } });
  });
});

describe('an update', () => {
  beforeAll(() => send(server, 'POST', CONFIG_MAPS, { body: named('settled') }));

  it('wants the name in the object, not in the URL alone', async () => {
    const answer = await send(server, 'PUT', `${CONFIG_MAPS}/settled`, { body: {} });
    expect(answer.json()).toMatchObject({
      code: 400,
      message: 'the name of the object (settled based on URL) was undeterminable: name must be provided',
    });
  });

  it('does not let a client set a deletion timestamp', async () => {
    const answer = await send(server, 'PUT', `${CONFIG_MAPS}/settled`, {
      body: named('settled', { deletionTimestamp: '2020-01-01T00:00:00Z' }),
    });
    expect(answer.json()).toMatchObject({ code: 422, details: { causes: [{ field: 'metadata.deletionTimestamp' }] } });
  });

  it('is a conflict if it means an object of another uid, while a patch can not change the uid', async () => {
    const put = await send(server, 'PUT', `${CONFIG_MAPS}/settled`, { body: named('settled', { uid: 'other' }) });
    expect(put.json()).toMatchObject({ code: 409, message: expect.stringContaining('UID in precondition: other') as string });
    const patch = await send(server, 'PATCH', `${CONFIG_MAPS}/settled`, {
      body: { metadata: { uid: 'other' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(patch.json()).toMatchObject({ code: 422, details: { causes: [{ field: 'metadata.uid' }] } });
  });
});

describe('a delete', () => {
  it('takes its preconditions from the query too', async () => {
    await send(server, 'POST', CONFIG_MAPS, { body: named('guarded') });
    expect((await send(server, 'DELETE', `${CONFIG_MAPS}/guarded?resourceVersion=1`)).status).toBe(409);
    expect((await send(server, 'DELETE', `${CONFIG_MAPS}/guarded?gracePeriodSeconds=x`)).status).toBe(400);
    expect((await send(server, 'DELETE', `${CONFIG_MAPS}/guarded`)).status).toBe(200);
  });
});

describe('a list in pages', () => {
  it('tells how many remain, in a namespace and on every page', async () => {
    const path = '/api/v1/namespaces/kube-public/configmaps';
    for (const name of ['a', 'b', 'c', 'd', 'e']) await send(server, 'POST', path, { body: named(name) });
    const first = (await send(server, 'GET', `${path}?limit=2`)).json()['metadata'] as { continue: string };
    expect(first).toMatchObject({ remainingItemCount: 3 });
    const second = await send(server, 'GET', `${path}?limit=2&continue=${first.continue}`);
    expect(second.json()).toMatchObject({ metadata: { remainingItemCount: 1 }, items: [named('c'), named('d')] });
  });

  it('continues from a token that tells the name behind the namespace, as every replica writes it', async () => {
    const token = (await send(server, 'GET', '/api/v1/namespaces/kube-public/configmaps?limit=2')).json()['metadata'] as {
      continue: string;
    };
    expect(JSON.parse(Buffer.from(token.continue, 'base64url').toString())).toMatchObject({ start: 'b\u0000' });
  });

  it.each([
    ['continue=e30', 'invalid continue token: continue key is not valid: server does not recognize this encoded version '],
    ['continue=e30&resourceVersion=5', 'specifying resource version is not allowed when using continue'],
  ])('refuses %s', async (search, message) => {
    expect((await send(server, 'GET', `${CONFIG_MAPS}?${search}`)).json()).toMatchObject({ code: 400, message });
  });
});

describe('a PUT of a name that is not there', () => {
  const ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles';

  it('creates a role', async () => {
    expect((await send(server, 'PUT', `${ROLES}/made`, { body: named('made') })).status).toBe(201);
  });

  it('takes the right to create beside that to update', async () => {
    await send(server, 'PUT', `${ROLES}/updater`, {
      body: { ...named('updater'), rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['update'] }] },
    });
    await send(server, 'PUT', `${ROLES.replace('roles', 'rolebindings')}/updater`, {
      body: {
        ...named('updater'),
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'updater' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
      },
    });
    const answer = await send(server, 'PUT', '/apis/coordination.k8s.io/v1/namespaces/default/leases/new', {
      body: named('new'),
      headers: { authorization: 'Bearer jane' },
    });
    expect(answer.json()).toMatchObject({
      code: 403,
      message: expect.stringContaining('User "jane" cannot create resource "leases"') as string,
    });
  });
});

describe('a field selector', () => {
  it('is read by the names that events.k8s.io has for the fields of an event', async () => {
    const path = '/apis/events.k8s.io/v1/namespaces/default/events';
    expect((await send(server, 'GET', `${path}?fieldSelector=regarding.kind%3DPod`)).status).toBe(200);
    expect((await send(server, 'GET', `${path}?fieldSelector=involvedObject.kind%3DPod`)).status).toBe(400);
  });

  it.each([
    ['/apis/batch/v1/jobs', 'field label "x" not supported for Job'],
    ['/api/v1/nodes', 'field label not supported: x'],
    ['/apis/apps/v1/deployments', '"x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ])('that %s does not have is refused in the words of its kind', async (path, message) => {
    expect((await send(server, 'GET', `${path}?fieldSelector=x%3D1`)).json()).toMatchObject({ code: 400, message });
  });
});
