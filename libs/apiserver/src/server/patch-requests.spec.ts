import { send } from '../testing/send';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

let server: TestApiserver;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
beforeAll(async () => {
  server = await startTestApiserver();
  await send(server, 'POST', CONFIG_MAPS, { body: { metadata: { name: 'a' }, data: { x: '1' } } });
});
afterAll(() => server.stop());

const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const patch = (type: string, body: string, search = '') =>
  send(server, 'PATCH', `${CONFIG_MAPS}/a${search}`, { body, headers: { 'content-type': type } });

describe('a patch', () => {
  it.each([
    [MERGE, '', 'error decoding patch: unexpected end of JSON input'],
    [MERGE, '[]', 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    [MERGE, 'null', 'Invalid JSON Patch'],
    [STRATEGIC, '{', 'unexpected end of JSON input'],
  ])('of %s that is %j is a bad request', async (type, body, message) => {
    expect((await patch(type, body)).json()).toMatchObject({ code: 400, message });
  });

  it('that leaves no object of the kind is what is invalid', async () => {
    const answer = await patch(STRATEGIC, '{"data":5}');
    expect(answer.json()).toMatchObject({
      code: 422,
      message: expect.stringContaining(' "" is invalid: patch: Invalid value: "map[data:5]": json: cannot unmarshal number') as string,
      details: { causes: [{ field: 'patch' }] },
    });
  });

  it('warns of names that it gives twice, and is refused for them if it is to be read strictly', async () => {
    const twice = '{"data":{"x":"2","x":"3"},"nosuch":1}';
    const warned = await patch(MERGE, twice, '?dryRun=All');
    expect(String(warned.headers['warning'])).toContain('duplicate field \\"data.x\\"');
    const refused = await patch(MERGE, twice, '?fieldValidation=Strict');
    expect(refused.json()).toMatchObject({
      code: 422,
      message: expect.stringContaining('strict decoding error: duplicate field "data.x", unknown field "nosuch"') as string,
    });
  });

  it('of a media type that is none is refused, and told what there is in place of server-side apply', async () => {
    expect((await patch('text/plain', '{}')).json()).toMatchObject({ code: 415, message: '415: Unsupported Media Type' });
    expect((await patch('application/apply-patch+yaml', '{}')).json()).toMatchObject({
      code: 415,
      message: expect.stringContaining('accepted media types include: application/json-patch+json') as string,
    });
  });

  it('in JSON operations may replace what is not there, and do nothing at all', async () => {
    const answer = await patch(JSON_PATCH, '[{"op":"replace","path":"/data/new","value":"1"}]');
    expect(answer.json()).toMatchObject({ data: { x: '1', new: '1' } });
    expect((await patch(JSON_PATCH, 'null')).status).toBe(200);
    expect((await patch(JSON_PATCH, '[{"op":"bad","path":"/data/x"}]')).status).toBe(422);
  });
});

describe('a scale', () => {
  const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };

  it('is refused for another namespace or another object', async () => {
    const body = { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } };
    expect((await send(server, 'POST', DEPLOYMENTS, { body })).json()).toMatchObject({ status: {} });
    const put = async (metadata: object) =>
      (await send(server, 'PUT', `${DEPLOYMENTS}/d/scale`, { body: { metadata, spec: { replicas: 3 } } })).status;
    expect(await put({ name: 'd', namespace: 'other' })).toBe(400);
    expect(await put({ name: 'd', uid: 'other' })).toBe(409);
    expect(await put({ name: 'd' })).toBe(200);
  });
});

describe('a delete without a propagation policy', () => {
  it('leaves the pods of a job, and warns of it', async () => {
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
    for (const name of ['one', 'two']) await send(server, 'POST', jobs, { body: { metadata: { name }, spec: { template } } });
    const kept = await send(server, 'DELETE', `${jobs}/one`);
    expect(kept.json()).toMatchObject({ metadata: { finalizers: ['orphan'] } });
    expect(String(kept.headers['warning'])).toContain('child pods are preserved by default');
    const gone = await send(server, 'DELETE', `${jobs}/two?propagationPolicy=Background`);
    expect(gone.json()).toMatchObject({ status: 'Success' });
    expect(gone.headers['warning']).toBeUndefined();
  });
});

it('warns whoever asks for endpoints that they are deprecated', async () => {
  const { headers } = await send(server, 'GET', '/api/v1/namespaces/default/endpoints');
  expect(String(headers['warning'])).toContain('v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice');
});
