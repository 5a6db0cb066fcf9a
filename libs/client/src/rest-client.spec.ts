import { FakeClock, StatusError } from '@keelson/apimachinery';
import { configmaps, nodes, pods, type ConfigMap } from '@keelson/api';
import { createApiClient, type ApiClientOptions } from './create-api-client';
import { TransportError, type Transport, type TransportRequest, type TransportResponse } from './transport';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** Answers each request with the next of `answers`, the last one for good, and keeps what was asked. */
function scripted(...answers: (Answer | Error)[]) {
  const requests: TransportRequest[] = [];
  const transport: Transport = {
    async request(request): Promise<TransportResponse> {
      requests.push(request);
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (answer instanceof Error) throw answer;
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
      return { status: answer.status ?? 200, headers: answer.headers ?? {}, body: oneChunk(text) };
    },
    connect: () => Promise.reject(new TransportError('not in this test')),
    close: () => Promise.resolve(),
  };
  const client = (options: Partial<ApiClientOptions> = {}) => createApiClient(transport, { userAgent: 'test/1', ...options });
  return { client, requests };
}

async function gathered<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of iterable) all.push(each);
  return all;
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const bodyOf = (request: TransportRequest | undefined): unknown => JSON.parse(Buffer.from(request!.body!).toString());

const configMap: ConfigMap = {
  metadata: { name: 'a', namespace: 'ns', uid: '1', resourceVersion: '5', creationTimestamp: '2026-01-01T00:00:00Z' },
};

describe('the API client', () => {
  it('builds the URL of a namespaced, a cluster-scoped and a grouped resource', async () => {
    const { client, requests } = scripted({ body: { metadata: {} } });
    await client().resource(pods).get({ namespace: 'ns', name: 'web' });
    await client().resource(nodes).get({ name: 'n1' }, { resourceVersion: '0' });
    await client()
      .resource({ ...pods, group: 'apps' })
      .list({ labelSelector: 'app in (a,b)' });
    expect(requests.map(({ path }) => path)).toEqual([
      '/api/v1/namespaces/ns/pods/web',
      '/api/v1/nodes/n1?resourceVersion=0',
      '/apis/apps/v1/pods?labelSelector=app+in+%28a%2Cb%29',
    ]);
  });

  it('refuses to address a namespaced object without its namespace', () => {
    const { client } = scripted({});
    expect(() => client().resource(pods).get({ name: 'web' })).toThrow("Pod web can't be addressed without its namespace");
  });

  it('gathers all pages of a list and gives each item its kind', async () => {
    const { client, requests } = scripted(
      { body: { metadata: { resourceVersion: '7', continue: 'more' }, items: [{ metadata: { name: 'a' } }] } },
      { body: { metadata: { resourceVersion: '7' }, items: [{ metadata: { name: 'b' } }] } },
    );
    const list = await client().resource(pods).list({ limit: 1, resourceVersion: '0', namespace: 'ns' });
    expect(list.resourceVersion).toBe('7');
    expect(list.items).toMatchObject([
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'b' } },
    ]);
    expect(requests.map(({ path }) => path)).toEqual([
      '/api/v1/namespaces/ns/pods?limit=1&resourceVersion=0',
      '/api/v1/namespaces/ns/pods?limit=1&continue=more',
    ]);
  });

  it('sends each patch under its own media type', async () => {
    const { client, requests } = scripted({});
    const resource = client().resource(configmaps);
    const name = { namespace: 'ns', name: 'a' };
    await resource.patch(name, { type: 'json', operations: [{ op: 'remove', path: '/data' }] });
    await resource.patch(name, { type: 'merge', patch: { data: null } });
    await resource.patch(name, { type: 'strategic', patch: {} }, { subresource: 'status' });
    await resource.patch(name, { type: 'apply', object: configMap, force: true }, { fieldManager: 'me', dryRun: true });
    expect(requests.map(({ headers }) => headers?.['content-type'])).toEqual([
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
    ]);
    expect(requests[2]?.path).toBe('/api/v1/namespaces/ns/configmaps/a/status');
    expect(requests[3]?.path).toBe('/api/v1/namespaces/ns/configmaps/a?dryRun=All&fieldManager=me&force=true');
    expect(bodyOf(requests[0])).toEqual([{ op: 'remove', path: '/data' }]);
  });

  it('writes status to its subresource, with the kind filled in', async () => {
    const { client, requests } = scripted({ body: configMap });
    await client().resource(configmaps).updateStatus(configMap);
    expect(requests[0]).toMatchObject({ method: 'PUT', path: '/api/v1/namespaces/ns/configmaps/a/status' });
    expect(bodyOf(requests[0])).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', ...configMap });
  });

  it('throws the Status that the server answered', async () => {
    const { client } = scripted({ status: 409, body: StatusError.modified({ group: '', resource: 'configmaps' }, 'a').status });
    const error: unknown = await client()
      .resource(configmaps)
      .update(configMap)
      .catch((reason: unknown) => reason);
    expect(StatusError.is(error, 'Conflict')).toBe(true);
  });

  it('makes a Status of an answer that has none, as client-go words it', async () => {
    const { client } = scripted({ status: 502, body: '<html>bad gateway</html>' });
    await expect(client().resource(pods).get({ namespace: 'ns', name: 'web' })).rejects.toMatchObject({
      message: 'an error on the server ("<html>bad gateway</html>") has prevented the request from succeeding (get pods web)',
      status: { code: 502, reason: 'InternalError', details: { kind: 'pods', name: 'web' } },
    });
  });

  it('takes a 409 on create for a name that is taken', async () => {
    const { client } = scripted({ status: 409, body: 'no' });
    await expect(client().resource(configmaps).create(configMap)).rejects.toMatchObject({ status: { reason: 'AlreadyExists' } });
  });

  it('sends any request again as long as the server says when, and at most ten times', async () => {
    const clock = new FakeClock(0);
    const { client, requests } = scripted({ status: 429, headers: { 'retry-after': '2' }, body: 'slow down' });
    const failed = client({ clock })
      .resource(configmaps)
      .create(configMap)
      .catch((error: unknown) => error);
    await clock.advance(19_999);
    expect(requests).toHaveLength(10);
    await clock.advance(1);
    expect(await failed).toMatchObject({ status: { reason: 'TooManyRequests' } });
    expect(requests).toHaveLength(11);
    expect(clock.pending).toBe(0);
  });

  it('does not send again what the server refused for good', async () => {
    const { client, requests } = scripted({ status: 503, body: 'down' });
    await expect(client().resource(pods).list()).rejects.toBeInstanceOf(StatusError);
    expect(requests).toHaveLength(1);
  });

  it('repeats a read whose connection broke, but never a write', async () => {
    const reset = new TransportError('reset', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    const clock = new FakeClock(0);
    const read = scripted(reset, { body: configMap });
    const got = read.client({ clock }).resource(configmaps).get({ namespace: 'ns', name: 'a' });
    await clock.advance(1000);
    await expect(got).resolves.toEqual(configMap);
    const write = scripted(reset, { body: configMap });
    await expect(write.client({ clock }).resource(configmaps).update(configMap)).rejects.toBe(reset);
  });

  it('keeps requests within the rate limit, but not watches', async () => {
    const clock = new FakeClock(0);
    const { client, requests } = scripted({ body: '' }, { body: '' }, { body: {} });
    const limited = client({ clock, rateLimit: { qps: 1, burst: 1 } });
    for (let count = 0; count < 2; count += 1) for await (const event of limited.resource(pods).watch()) expect(event).toBeUndefined();
    const both = Promise.all([limited.raw({ path: '/version' }), limited.raw({ path: '/version' })]);
    await clock.advance(999);
    expect(requests).toHaveLength(3);
    await clock.advance(1);
    await both;
    expect(requests).toHaveLength(4);
  });
});

describe('watch', () => {
  const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

  it('decodes events and bookmarks', async () => {
    const bookmark = { metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } } };
    const { client, requests } = scripted({ body: event('ADDED', configMap) + event('BOOKMARK', bookmark) });
    const events = await gathered(client().resource(configmaps).watch({ sendInitialEvents: true, allowWatchBookmarks: true }));
    expect(events).toEqual([
      { type: 'ADDED', object: configMap },
      { type: 'BOOKMARK', resourceVersion: '9', initialEventsEnd: true },
    ]);
    expect(requests[0]?.path).toBe(
      '/api/v1/configmaps?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan',
    );
  });

  it('throws Expired when the version became too old in the midst of the stream', async () => {
    const { client } = scripted({
      body: event('ADDED', configMap) + event('ERROR', StatusError.expired('too old resource version').status),
    });
    const watch = client().resource(configmaps).watch();
    const seen: string[] = [];
    const failed = (async () => {
      for await (const { type } of watch) seen.push(type);
    })();
    await expect(failed).rejects.toMatchObject({ status: { reason: 'Expired' } });
    expect(seen).toEqual(['ADDED']);
  });

  it('cancels the request when its reader leaves', async () => {
    const { client, requests } = scripted({ body: event('ADDED', configMap) + event('ADDED', configMap) });
    const events = client().resource(configmaps).watch()[Symbol.asyncIterator]();
    await events.next();
    await events.return?.();
    expect(requests[0]?.signal?.aborted).toBe(true);
  });
});
