import { request } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@keelson/apimachinery';
import { HealthChecks, silentLogger } from '@keelson/component-base';
import { AccessReviewer, RequestAuthenticator } from '@keelson/controller-runtime';
import { createCertificateAuthority, issueClientCertificate, issueServingCertificate } from '@keelson/pki';
import { Registry } from 'prom-client';
import WebSocket from 'ws';
import { container, instance, pod, stateWith } from '../testing/fixtures';
import { ScriptedRuntime } from '../testing/scripted-runtime';
import { KubeletServer } from './kubelet-server';
import { RequestAuthorizer } from './authorization';
import { WebSocketStreams } from './websocket-streams';

interface Review {
  readonly kind: string;
  readonly spec: {
    readonly token?: string;
    readonly user?: string;
    readonly resourceAttributes?: { readonly subresource?: string; readonly verb?: string };
  };
}

describe('KubeletServer', () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const runtime = new ScriptedRuntime(clock);
  const reviews: Review[] = [];
  let folder: string;
  let port: number;
  let ca: string;
  let admin: { certificate: string; key: string };

  /** Knows the token `good`, and lets admin do everything and `reader` see figures. */
  const client = {
    resource: () => ({
      create: (review: Review) => {
        reviews.push(review);
        const { token, user, resourceAttributes } = review.spec;
        if (review.kind === 'TokenReview')
          return Promise.resolve({
            status: token === 'good' ? { authenticated: true, user: { username: 'reader', groups: [] } } : { authenticated: false },
          });
        return Promise.resolve({ status: { allowed: user === 'admin' || resourceAttributes?.subresource === 'stats' } });
      },
    }),
  } as never;

  beforeAll(async () => {
    const now = { now: Date.now() };
    const authority = await createCertificateAuthority('test-ca', now);
    const serving = await issueServingCertificate(authority, { commonName: 'node-1', ipAddresses: ['127.0.0.1'] }, now);
    ca = authority.certificate;
    admin = await issueClientCertificate(authority, { commonName: 'admin', organizations: ['system:masters'] }, now);
    folder = await mkdtemp(join(tmpdir(), 'kubelet-server-'));
    const logPath = join(folder, '0.log');
    await writeFile(logPath, `${JSON.stringify({ log: 'hello\n', stream: 'stdout', time: '2026-01-01T00:00:00Z' })}\n`);
    const state = stateWith([instance(container('web'), { logPath })]);
    const server = new KubeletServer({
      view: {
        nodeName: 'node-1',
        pods: () => [pod()],
        pod: (_, name) => (name === 'web' ? pod() : undefined),
        state: () => Promise.resolve(state),
        config: () => ({ port: 10250 }),
      },
      runtime,
      authenticator: new RequestAuthenticator({ anonymous: false, tokenReviews: client, cacheMilliseconds: 1000, clock }),
      authorizer: new RequestAuthorizer({
        reviewer: new AccessReviewer({ client, clock, authorizedMilliseconds: 1000, unauthorizedMilliseconds: 1000 }),
        nodeName: 'node-1',
      }),
      protocols: [new WebSocketStreams()],
      metrics: new Registry(),
      health: new HealthChecks(),
      clock,
      log: silentLogger,
      tls: { certificate: serving.certificate, key: serving.key, clientCA: ca, minVersion: '', cipherSuites: [] },
      signal: stop.signal,
    });
    port = await server.listen(0, '127.0.0.1');
  });

  afterAll(async () => {
    stop.abort();
    await rm(folder, { recursive: true });
  });

  function get(
    path: string,
    { token, certified = false }: { token?: string; certified?: boolean } = {},
  ): Promise<{ status: number; body: string }> {
    const identity = certified ? { cert: admin.certificate, key: admin.key } : {};
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, ca, agent: false, headers, ...identity }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  function open(path: string, protocol: string): Promise<{ socket: WebSocket; messages: Buffer[]; closed: Promise<unknown> }> {
    const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, protocol, { ca, cert: admin.certificate, key: admin.key });
    const messages: Buffer[] = [];
    socket.on('message', (data: Buffer) => messages.push(data));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve({ socket, messages, closed }));
      socket.on('error', reject);
    });
  }

  it('lets nobody in without a name', async () => {
    expect(await get('/pods')).toMatchObject({ status: 401 });
    expect(await get('/pods', { token: 'bad' })).toMatchObject({ status: 401 });
  });

  it('asks the apiserver what a token may do, the finest permission first', async () => {
    reviews.length = 0;
    expect(await get('/pods', { token: 'good' })).toMatchObject({
      status: 403,
      body: 'Forbidden (user=reader, verb=get, resource=nodes, subresource(s)=[pods, proxy])\n',
    });
    expect(reviews.flatMap(({ spec }) => spec.resourceAttributes?.subresource ?? [])).toEqual(['pods', 'proxy']);
    expect(await get('/stats/summary', { token: 'good' })).toMatchObject({ status: 200 });
  });

  it('remembers answers for as long as it is told', async () => {
    await get('/stats/summary', { token: 'good' });
    reviews.length = 0;
    await get('/stats/summary', { token: 'good' });
    expect(reviews).toEqual([]);
    await clock.advance(2_000);
    await get('/stats/summary', { token: 'good' });
    expect(reviews).toHaveLength(2);
  });

  it('knows a client by its certificate', async () => {
    const answer = await get('/pods', { certified: true });
    expect(JSON.parse(answer.body)).toMatchObject({ kind: 'PodList', items: [{ metadata: { name: 'web' } }] });
  });

  it('counts the pods and containers of the node', async () => {
    const { body } = await get('/metrics', { certified: true });
    expect(body).toContain('kubelet_node_name{node="node-1"} 1');
    expect(body).toContain('kubelet_running_containers{container_state="running"} 1');
  });

  it('sends logs, and says what is wrong with a request for them', async () => {
    expect(await get('/containerLogs/default/web/web', { certified: true })).toEqual({ status: 200, body: 'hello\n' });
    expect(await get('/containerLogs/default/web/other', { certified: true })).toEqual({
      status: 404,
      body: 'container "other" not found in pod "web"',
    });
    expect(await get('/containerLogs/default/nobody/web', { certified: true })).toEqual({
      status: 404,
      body: 'pod "nobody" does not exist',
    });
    expect(await get('/containerLogs/default/web/web?tailLines=x', { certified: true })).toMatchObject({ status: 400 });
  });

  it('runs a command over channels and tells its exit code last', async () => {
    runtime.onExec = async (command, { stdin, stdout, stderr }) => {
      for await (const chunk of stdin!) stdout!.write(`${command.join(' ')}: ${String(chunk)}`);
      await new Promise((resolve) => stderr!.write('done', resolve));
      return 3;
    };
    const { socket, messages, closed } = await open(
      '/exec/default/web/web?command=say&command=it&input=1&output=1&error=1',
      'v5.channel.k8s.io',
    );
    socket.send(Buffer.concat([Buffer.of(0), Buffer.from('hi')]));
    socket.send(Buffer.from([255, 0]));
    await closed;
    expect(messages.slice(0, 2).map((message) => [message[0], message.subarray(1).toString()])).toEqual([
      [1, 'say it: hi'],
      [2, 'done'],
    ]);
    expect(messages[2]![0]).toBe(3);
    expect(JSON.parse(messages[2]!.subarray(1).toString())).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ message: '3' }] },
    });
  });

  it('ends a command whose client has gone', async () => {
    const aborted = new Promise((resolve) => {
      runtime.onExec = (_command, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            resolve('aborted');
            reject(new Error('gone'));
          });
        });
    });
    const { socket } = await open('/exec/default/web/web?command=sleep&output=1', 'v4.channel.k8s.io');
    socket.terminate();
    expect(await aborted).toBe('aborted');
  });

  it('forwards a port after telling its number on both channels', async () => {
    const { socket, messages } = await open('/portForward/default/web?port=8080', 'v4.channel.k8s.io');
    const echoed = new Promise((resolve) => socket.on('message', (data: Buffer) => data.length > 3 && resolve(data.toString())));
    socket.send(Buffer.concat([Buffer.of(0), Buffer.from('ping')]));
    expect(await echoed).toBe('\0ping');
    expect(messages.slice(0, 2)).toEqual([Buffer.from([0, 0x90, 0x1f]), Buffer.from([1, 0x90, 0x1f])]);
    socket.terminate();
  });

  it('refuses a protocol that it does not speak', async () => {
    await expect(open('/exec/default/web/web?command=ls&output=1', 'v9.channel.k8s.io')).rejects.toThrow('400');
  });
});
