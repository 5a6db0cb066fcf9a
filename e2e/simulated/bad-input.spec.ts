import { Cluster, runExecutable } from '../testing/cluster';
import { RawClient } from '../testing/raw-client';
import { describeOnEachStore } from '../testing/stores';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, rest: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...rest });

describeOnEachStore('Bad input', (store) => {
  let cluster: Cluster;
  let api: RawClient;
  beforeAll(async () => {
    cluster = await Cluster.up('--runtime', 'hollow', '--store', store);
    api = await RawClient.of(cluster);
    // Without it no pod is let in.
    await cluster.until(
      () => cluster.kubectl('get', 'serviceaccount', 'default', '-o', 'name'),
      (text) => text === 'serviceaccount/default\n',
    );
  });
  afterAll(() => cluster.remove());

  it('is answered 422 with every field that is wrong and why, if a manifest is not valid', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'Upper' },
      spec: { restartPolicy: 'Sometimes', containers: [{ name: 'a', image: 'i', ports: [{ containerPort: 70_000 }] }] },
    };
    const { code, status } = await api.json('POST', '/api/v1/namespaces/default/pods', pod);
    expect(code).toBe(422);
    expect(status).toMatchObject({
      reason: 'Invalid',
      details: {
        name: 'Upper',
        kind: 'Pod',
        causes: expect.arrayContaining([
          expect.objectContaining({ reason: 'FieldValueInvalid', field: 'metadata.name' }),
          expect.objectContaining({ reason: 'FieldValueInvalid', field: 'spec.containers[0].ports[0].containerPort' }),
          expect.objectContaining({ reason: 'FieldValueNotSupported', field: 'spec.restartPolicy' }),
        ]) as unknown,
      },
    });
  });

  it('is answered 404, if there is no such kind or object', async () => {
    expect((await api.send('/apis/example.org/v1/gadgets')).code).toBe(404);
    const { code, status } = await api.send(`${CONFIG_MAPS}/absent`);
    expect(code).toBe(404);
    expect(status).toMatchObject({ reason: 'NotFound', message: 'configmaps "absent" not found' });
    await expect(cluster.kubectl('get', 'gadgets')).rejects.toThrow(`the server doesn't have a resource type "gadgets"`);
  });

  it('is answered 400, if it is no JSON, of another kind, or has a field of the wrong type', async () => {
    const headers = { 'content-type': 'application/json' };
    const cut = await api.send(CONFIG_MAPS, { method: 'POST', headers, body: '{"apiVersion":"v1","kind":' });
    expect([cut.code, cut.status['reason']]).toEqual([400, 'BadRequest']);
    expect((await api.json('POST', CONFIG_MAPS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } })).code).toBe(400);
    expect((await api.json('POST', CONFIG_MAPS, configMap('x', { data: ['not', 'a', 'map'] }))).code).toBe(400);
    expect((await api.send(`${CONFIG_MAPS}?limit=many`)).code).toBe(400);
    expect((await api.send(`${CONFIG_MAPS}?labelSelector=a%20b%20c`)).code).toBe(400);
  });

  it('is warned of or refused, if it has a field that there is not', async () => {
    const strict = await api.json('POST', `${CONFIG_MAPS}?fieldValidation=Strict`, configMap('typo', { dada: {} }));
    expect([strict.code, strict.status['message']]).toEqual([400, expect.stringContaining('unknown field "dada"')]);
  });

  it('is answered 409, if the object was changed since, or is there already', async () => {
    const first = await api.json('POST', CONFIG_MAPS, configMap('raced'));
    expect(first.code).toBe(201);
    expect((await api.json('PUT', `${CONFIG_MAPS}/raced`, { ...first.status, data: { a: '1' } })).code).toBe(200);
    const late = await api.json('PUT', `${CONFIG_MAPS}/raced`, { ...first.status, data: { a: '2' } });
    expect([late.code, late.status['reason']]).toEqual([409, 'Conflict']);
    expect(late.status['message']).toMatch(/^Operation cannot be fulfilled on configmaps "raced": the object has been modified/);
    const again = await api.json('POST', CONFIG_MAPS, configMap('raced'));
    expect([again.code, again.status['reason']]).toEqual([409, 'AlreadyExists']);
  });

  it('is answered 410, if a watch asks for what is forgotten', async () => {
    // A server that has just started remembers nothing of before.
    process.kill((await cluster.daemons()).get('kube-apiserver') ?? 0, 'SIGKILL');
    const watch = async () => (await api.send(`${CONFIG_MAPS}?watch=true&resourceVersion=1&timeoutSeconds=1`)).text;
    const answer = await cluster.until(watch, (text) => text.startsWith('{"type"'));
    expect(answer).toMatch(/"type":"ERROR".*"reason":"Expired".*"code":410/);
  });

  it('is answered 413, if it is too large', async () => {
    const { code, status } = await api.json('POST', CONFIG_MAPS, configMap('large', { data: { a: 'x'.repeat(4 * 2 ** 20) } }));
    expect([code, status['reason']]).toEqual([413, 'RequestEntityTooLarge']);
  });

  it('is answered 415, if its media type is unknown, and 406, if the wanted one is', async () => {
    const headers = { 'content-type': 'text/csv' };
    expect((await api.send(CONFIG_MAPS, { method: 'POST', headers, body: 'a,b' })).code).toBe(415);
    await api.json('POST', CONFIG_MAPS, configMap('patched'));
    expect((await api.send(`${CONFIG_MAPS}/patched`, { method: 'PATCH', headers, body: 'a,b' })).code).toBe(415);
    expect((await api.send(CONFIG_MAPS, { headers: { accept: 'text/csv' } })).code).toBe(406);
  });

  it('is answered 401, if the token is none of ours', async () => {
    const { code, status } = await api.send(CONFIG_MAPS, { token: 'stolen' });
    expect(code).toBe(401);
    expect(status).toMatchObject({ reason: 'Unauthorized', message: 'Unauthorized' });
  });

  it("is answered 403 in Kubernetes' sentence, if the right is missing", async () => {
    const token = (await cluster.kubectl('create', 'token', 'default')).trim();
    const { code, status } = await api.send(`${CONFIG_MAPS}/x`, { token, method: 'DELETE' });
    expect(code).toBe(403);
    expect(status).toMatchObject({
      reason: 'Forbidden',
      message:
        'configmaps "x" is forbidden: User "system:serviceaccount:default:default" cannot delete resource "configmaps" in API group "" in the namespace "default"',
    });
  });
});

describe('Bad flags', () => {
  it.each([
    ['kube-apiserver', '--no-such-flag', /unknown flag: --no-such-flag/],
    ['kube-scheduler', '--leader-elect=perhaps', /leader-elect/],
    ['kubelet', '--config=/does/not/exist', /\/does\/not\/exist/],
    ['kube-proxy', '--v=loud', /invalid argument "loud"/],
    ['kube-controller-manager', '--leader-elect-lease-duration=long', /invalid argument "long"/],
  ])('end %s with one clear line, if it is started with %s', async (executable, flag, reason) => {
    const failure = (await runExecutable(executable, [flag]).catch((error: unknown) => error)) as { code: number; stderr: string };
    expect(failure.code).toBe(1);
    expect(failure.stderr.trim().split('\n')).toEqual([expect.stringMatching(reason)]);
  });
});
