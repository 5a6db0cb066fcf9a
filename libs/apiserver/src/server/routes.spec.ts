import { gunzipSync } from 'node:zlib';
import { openEnvelope } from '@keelson/api/server';
import { send } from '../testing/send';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
beforeAll(async () => {
  server = await startTestApiserver();
});
afterAll(() => server.stop());

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

describe('a path that leads nowhere', () => {
  it.each([
    '/api/v1/nosuch',
    '/api/v2',
    '/api/v2/pods',
    '/apis/apps/v9',
    '/apis/apps/v9/deployments',
    '/api/v1/pods/web',
    '/api/v1/namespaces/default/nodes',
    '/api/v1/namespaces/default/namespaces',
    '/api/v1/namespaces/default/pods/web/status/more',
    '/api/v1/namespaces/default/configmaps/a%2Fb',
    '/api/v1/namespaces/default//pods',
  ])('below a served group is a Status: %s', async (path) => {
    const answer = await send(server, 'GET', path);
    expect(answer.json()).toMatchObject({ code: 404, message: 'the server could not find the requested resource', details: {} });
  });

  it.each(['/nosuch', '/apis/nosuch.example', '/apis/nosuch.example/v1/things', '//api/v1/pods', '/healthz/', '/metrics/'])(
    'elsewhere is a page: %s',
    async (path) => {
      const answer = await send(server, 'GET', path);
      expect(answer.status).toBe(404);
      expect(answer.bytes.toString()).toBe('404 page not found\n');
    },
  );
});

describe('protobuf', () => {
  it.each([
    ['/api', 'APIVersions'],
    ['/api/v1', 'APIResourceList'],
    ['/apis', 'APIGroupList'],
    ['/apis/apps', 'APIGroup'],
    ['/apis/apps/v1', 'APIResourceList'],
    ['/api/v1/nodes/nosuch', 'Status'],
    ['/api/v2/pods', 'Status'],
  ])('is how %s answers with its %s to who prefers it', async (path, kind) => {
    const answer = await send(server, 'GET', path, { headers: { accept: `${PROTOBUF},application/json` } });
    expect(answer.headers['content-type']).toBe(PROTOBUF);
    expect(openEnvelope(answer.bytes).kind).toBe(kind);
  });

  it('is not made of what has no message', async () => {
    const answer = await send(server, 'GET', '/version', { headers: { accept: PROTOBUF } });
    expect(answer.headers['content-type']).toBe('application/json');
  });
});

describe('a method that a path does not have', () => {
  it.each([
    ['POST', '/api/v1/namespaces/default/configmaps/a'],
    ['PUT', '/api/v1/namespaces/default/configmaps'],
    ['PATCH', '/api/v1/namespaces/default/configmaps'],
    ['POST', '/api/v1/configmaps'],
    ['DELETE', '/api/v1/namespaces'],
    ['DELETE', '/apis/apps/v1/namespaces/default/deployments/web/scale'],
  ] as const)('is refused: %s %s', async (method, path) => {
    const answer = await send(server, method, path, { body: {} });
    expect(answer.json()).toMatchObject({ code: 405, message: 'the server does not allow this method on the requested resource' });
  });
});

it('refuses a name that would be a way through the store', async () => {
  const answer = await send(server, 'GET', '/api/v1/namespaces/default/configmaps/..');
  expect(answer.json()).toMatchObject({ code: 400, message: 'Name parameter invalid: "..": may not be \'..\'' });
});

it('lists its paths at the root', async () => {
  const { paths } = (await send(server, 'GET', '/')).json();
  expect(paths).toEqual(expect.arrayContaining(['/api/v1', '/apis/apps', '/healthz', '/openapi/v3', '/version']));
});

describe('the discovery of the issuer of tokens', () => {
  it('leads to the keys that they are checked with', async () => {
    const configuration = await send(server, 'GET', '/.well-known/openid-configuration');
    expect(configuration.json()).toMatchObject({
      issuer: 'https://kubernetes.default.svc.cluster.local',
      jwks_uri: 'https://192.0.2.1:6443/openid/v1/jwks',
      id_token_signing_alg_values_supported: ['ES256'],
    });
    const jwks = await send(server, 'GET', '/openid/v1/jwks');
    expect(jwks.headers).toMatchObject({ 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=3600' });
    expect(jwks.json()).toMatchObject({ keys: [{ use: 'sig', kty: 'EC', alg: 'ES256', crv: 'P-256' }] });
    expect(jwks.bytes.toString()).not.toContain('"d"');
  });
});

describe('discovery', () => {
  const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

  it('is sent aggregated once, and not again to who has it', async () => {
    const first = await send(server, 'GET', '/apis', { headers: { accept: AGGREGATED } });
    expect(first.headers).toMatchObject({ 'cache-control': 'public', 'content-type': AGGREGATED });
    const again = await send(server, 'GET', '/apis', { headers: { accept: AGGREGATED, 'if-none-match': String(first.headers['etag']) } });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  });

  it.each([
    ['/apis', AGGREGATED.replace('v=v2', 'v=v3')],
    ['/apis/apps/v1', AGGREGATED],
    ['/api/v1', 'text/html'],
  ])('is not made for %s as %s', async (path, accept) => {
    expect((await send(server, 'GET', path, { headers: { accept } })).status).toBe(406);
  });

  it('falls back to the plain form that the client takes, too', async () => {
    const answer = await send(server, 'GET', '/apis', { headers: { accept: `${AGGREGATED.replace('v=v2', 'v=v3')}, application/json` } });
    expect(answer.json()).toMatchObject({ kind: 'APIGroupList' });
  });
});

describe('the form of an answer', () => {
  const PATH = '/api/v1/namespaces/default';

  it('is YAML for who prefers that, for tables and for errors too', async () => {
    const object = await send(server, 'GET', PATH, { headers: { accept: 'application/json;q=0.1, application/yaml' } });
    expect(object.headers['content-type']).toBe('application/yaml');
    expect(object.bytes.toString()).toMatch(/^apiVersion: v1\nkind: Namespace\nmetadata:\n {2}creationTimestamp: "/);
    const table = await send(server, 'GET', PATH, { headers: { accept: TABLE.replace('json', 'yaml') } });
    expect(table.bytes.toString()).toContain('columnDefinitions:\n- ');
    const error = await send(server, 'GET', '/api/v1/namespaces/nosuch', { headers: { accept: 'application/yaml' } });
    expect(error.bytes.toString()).toContain('reason: NotFound\n');
  });

  it('is indented for people, by their own wish or by their program', async () => {
    const plain = (await send(server, 'GET', PATH)).bytes.toString();
    const indented = JSON.stringify(JSON.parse(plain), undefined, 2);
    expect((await send(server, 'GET', `${PATH}?pretty=true`)).bytes.toString()).toBe(indented);
    expect((await send(server, 'GET', PATH, { headers: { 'user-agent': 'curl/8.0' } })).bytes.toString()).toBe(indented);
    expect((await send(server, 'GET', `${PATH}?pretty=false`, { headers: { 'user-agent': 'curl/8.0' } })).bytes.toString()).toBe(plain);
  });

  it('is compressed if it is large and the client can read that', async () => {
    const path = `${PATH}/configmaps`;
    await send(server, 'POST', path, { body: { metadata: { name: 'large' }, data: { x: 'y'.repeat(200_000) } } });
    const plain = await send(server, 'GET', `${path}/large`);
    const small = await send(server, 'GET', PATH, { headers: { 'accept-encoding': 'gzip' } });
    const packed = await send(server, 'GET', `${path}/large`, { headers: { 'accept-encoding': 'deflate, gzip' } });
    expect([plain.headers['content-encoding'], small.headers['content-encoding']]).toEqual([undefined, undefined]);
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
  });
});
