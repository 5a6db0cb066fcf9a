import { decodeJwt } from 'jose';
import { send } from '../testing/send';
import { startTestApiserver, testServiceAccounts, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
const PODS = '/api/v1/namespaces/default/pods';
beforeAll(async () => {
  server = await startTestApiserver({ config: { serviceAccounts: { ...testServiceAccounts(), maxTokenSeconds: 7200 } } });
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  for (const name of ['free', 'guarded']) await send(server, 'POST', PODS, { body: { metadata: { name, labels: { app: name } }, spec } });
});
afterAll(() => server.stop());

describe('a binding', () => {
  const bind = (metadata: object, target: object) => send(server, 'POST', `${PODS}/free/binding`, { body: { metadata, target } });

  it('is refused for another name, namespace or uid, and without a target', async () => {
    const node = { kind: 'Node', name: 'n1' };
    expect((await bind({}, node)).json()).toMatchObject({ code: 400, message: 'name in URL does not match name in Binding object' });
    expect((await bind({ name: 'free', namespace: 'other' }, node)).status).toBe(400);
    expect((await bind({ name: 'free', uid: 'other' }, node)).json()).toMatchObject({ code: 409, details: { kind: 'pods' } });
    expect((await bind({ name: 'free' }, {})).json()).toMatchObject({ code: 500, message: 'target.name: Required value' });
  });

  it('is no new generation of the pod', async () => {
    expect((await bind({ name: 'free' }, { kind: 'Node', name: 'n1' })).status).toBe(201);
    expect((await send(server, 'GET', `${PODS}/free`)).json()).toMatchObject({ metadata: { generation: 1 }, spec: { nodeName: 'n1' } });
  });
});

describe('an eviction', () => {
  const evict = (name: string) => send(server, 'POST', `${PODS}/guarded/eviction`, { body: { metadata: { name } } });

  it('must name the pod', async () => {
    expect((await evict('other')).json()).toMatchObject({ code: 400, message: 'name in URL does not match name in Eviction object' });
  });

  it('is to be tried again later while the budget is not worked out', async () => {
    await send(server, 'PATCH', `${PODS}/guarded/status`, {
      body: { status: { phase: 'Running' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } };
    await send(server, 'POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', { body: { metadata: { name: 'b' }, spec } });
    const answer = await evict('guarded');
    expect(answer.headers['retry-after']).toBe('10');
    expect(answer.json()).toMatchObject({ code: 429, details: { retryAfterSeconds: 10 } });
  });
});

describe('a token', () => {
  const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
  const request = (body: object) => send(server, 'POST', `${ACCOUNTS}/robot/token`, { body });
  beforeAll(() => send(server, 'POST', ACCOUNTS, { body: { metadata: { name: 'robot' } } }));

  it('tells whose it is by the uid of the account', async () => {
    const { metadata } = (await send(server, 'GET', `${ACCOUNTS}/robot`)).json() as { metadata: { uid: string } };
    expect((await request({})).json()).toMatchObject({ metadata: { name: 'robot', uid: metadata.uid }, spec: { boundObjectRef: null } });
  });

  it('is not given under another name or namespace', async () => {
    expect((await request({ metadata: { name: 'other' } })).json()).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'metadata.name' }] },
    });
    expect((await request({ metadata: { namespace: 'other' } })).status).toBe(400);
  });
});

describe('the token of a pod', () => {
  it('works for a year although the pod is told an hour, and is cut by the bound if another lifetime is asked for', async () => {
    const ACCOUNTS = '/api/v1/namespaces/kube-public/serviceaccounts';
    await send(server, 'POST', ACCOUNTS, { body: { metadata: { name: 'robot' } } });
    const spec = { containers: [{ name: 'c', image: 'i' }], serviceAccountName: 'robot' };
    await send(server, 'POST', '/api/v1/namespaces/kube-public/pods', { body: { metadata: { name: 'owner' }, spec } });
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'owner' };
    const request = (expirationSeconds: number) =>
      send(server, 'POST', `${ACCOUNTS}/robot/token`, { body: { spec: { expirationSeconds, boundObjectRef } } });
    interface Answer {
      readonly metadata: { readonly creationTimestamp: string };
      readonly status: { readonly token: string; readonly expirationTimestamp: string };
    }
    const { metadata, status } = (await request(3607)).json() as unknown as Answer;
    const claims = decodeJwt(status.token);
    const made = Date.parse(metadata.creationTimestamp) / 1000;
    expect(Date.parse(status.expirationTimestamp) / 1000).toBe(made + 3607);
    expect(claims).toMatchObject({ exp: made + 31_536_000, 'kubernetes.io': { warnafter: made + 3607 } });
    const longer = await request(86_400);
    expect(longer.headers['warning']).toContain('requested expiration of 86400 seconds shortened to 7200 seconds');
    expect(longer.json()).toMatchObject({ spec: { expirationSeconds: 7200 } });
  });
});

describe('a review of a token', () => {
  const review = (spec: object) => send(server, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec } });
  const AUDIENCE = 'https://kubernetes.default.svc.cluster.local';

  it('wants a token', async () => {
    expect((await review({})).json()).toMatchObject({ code: 400, message: 'token is required for TokenReview in authentication' });
  });

  it('takes a fixed token as meant for this server, and for no one else', async () => {
    expect((await review({ token: 'admin-token' })).json()).toMatchObject({ status: { authenticated: true, audiences: [AUDIENCE] } });
    expect((await review({ token: 'admin-token', audiences: ['other'] })).json()['status']).toEqual({
      user: {},
      error: 'invalid bearer token',
    });
  });

  it('says so if nobody knows the token', async () => {
    expect((await review({ token: 'unknown' })).json()['status']).toEqual({ user: {}, error: 'invalid bearer token' });
  });
});
