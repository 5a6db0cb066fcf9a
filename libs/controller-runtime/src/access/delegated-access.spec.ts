import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FakeClock } from '@keelson/apimachinery';
import { TransportError } from '@keelson/client';
import {
  createDaemonApp,
  HealthChecks,
  serveHttps,
  silentLogger,
  systemTimers,
  versionInfo,
  type TlsListening,
} from '@keelson/component-base';
import { createCertificateAuthority, issueClientCertificate, issueServingCertificate, type CertificateAndKey } from '@keelson/pki';
import { Registry } from 'prom-client';
import { AccessReviewer } from './access-reviewer';
import { alwaysAllowedPaths } from './always-allowed-paths';
import { DelegatedAccess } from './delegated-access';
import { RequestAuthenticator } from './request-authenticator';

interface Review {
  readonly kind: string;
  readonly spec: {
    readonly token?: string;
    readonly user?: string;
    readonly groups?: readonly string[];
    readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
  };
}

describe('DelegatedAccess', () => {
  const now = { now: Date.now() };
  const clock = new FakeClock();
  let folder: string;
  let serving: { certificateFile: string; keyFile: string };
  let ca: string;
  let admin: CertificateAndKey;
  let viewer: CertificateAndKey;
  let stranger: CertificateAndKey;
  let listening: TlsListening | undefined;
  let reviews: Review[];
  let isAway: boolean;

  /** Knows the token `good`, of an account that may get `/metrics`. */
  const client = {
    resource: () => ({
      create: (review: Review) => {
        reviews.push(review);
        if (isAway) return Promise.reject(new TransportError('connect ECONNREFUSED'));
        const { token, user, nonResourceAttributes } = review.spec;
        if (review.kind === 'TokenReview')
          return Promise.resolve({ status: { authenticated: token === 'good', user: { username: 'prometheus', groups: ['scrapers'] } } });
        const allowed = user === 'prometheus' && nonResourceAttributes?.path === '/metrics' && nonResourceAttributes.verb === 'get';
        return Promise.resolve({ status: { allowed, ...(user === 'viewer' ? { reason: 'not <today>' } : {}) } });
      },
    }),
  } as never;

  beforeAll(async () => {
    const authority = await createCertificateAuthority('cluster-ca', now);
    const other = await createCertificateAuthority('other-ca', now);
    ca = authority.certificate;
    admin = await issueClientCertificate(authority, { commonName: 'admin', organizations: ['system:masters'] }, now);
    viewer = await issueClientCertificate(authority, { commonName: 'viewer', organizations: ['viewers'] }, now);
    stranger = await issueClientCertificate(other, { commonName: 'admin', organizations: ['system:masters'] }, now);
    const own = await issueServingCertificate(authority, { commonName: 'localhost', ipAddresses: ['127.0.0.1'] }, now);
    folder = await mkdtemp(join(tmpdir(), 'delegated-access-'));
    serving = { certificateFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
    await writeFile(serving.certificateFile, own.certificate);
    await writeFile(serving.keyFile, own.key);
  });

  beforeEach(() => {
    reviews = [];
    isAway = false;
  });

  afterEach(() => listening?.close());

  afterAll(() => rm(folder, { recursive: true }));

  /** A daemon with the given part of what kubeconfigs give it. */
  async function start({ asks = true, authorities = ca }: { asks?: boolean; authorities?: string } = {}): Promise<void> {
    const access = new DelegatedAccess({
      authenticator: new RequestAuthenticator({
        anonymous: true,
        tokenReviews: asks ? client : undefined,
        cacheMilliseconds: 10_000,
        clock,
      }),
      reviewer: asks ? new AccessReviewer({ client, clock, authorizedMilliseconds: 10_000, unauthorizedMilliseconds: 10_000 }) : undefined,
      isAlwaysAllowed: alwaysAllowedPaths(['/healthz']),
      log: silentLogger,
    });
    const app = createDaemonApp({
      health: new HealthChecks(),
      metrics: new Registry(),
      version: versionInfo(process),
      log: silentLogger,
      checkAccess: (incoming) => access.check(incoming),
    });
    const options = { ...serving, address: '127.0.0.1', port: 0, timers: systemTimers, log: silentLogger, clientCertificates: true };
    listening = await serveHttps(app, options);
    if (authorities !== '') listening.trustClientsOf(authorities);
  }

  function get(path: string, { token, as }: { token?: string; as?: CertificateAndKey } = {}): Promise<{ status: number; body: string }> {
    const identity = as === undefined ? {} : { cert: as.certificate, key: as.key };
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: listening?.port, path, ca, agent: false, headers, ...identity }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  it('lets system:masters see everything, also while the apiserver is away', async () => {
    await start();
    isAway = true;
    expect(await get('/metrics', { as: admin })).toMatchObject({ status: 200 });
    expect(await get('/configz', { as: admin })).toMatchObject({ status: 200 });
    expect(reviews).toEqual([]);
  });

  it('takes no certificate of another authority, nor any before it knows an authority', async () => {
    await start();
    expect(await get('/metrics', { as: stranger })).toMatchObject({ status: 401 });
    await listening?.close();
    await start({ authorities: '' });
    expect(await get('/metrics', { as: admin })).toMatchObject({ status: 401 });
    listening?.trustClientsOf(ca);
    expect(await get('/metrics', { as: admin })).toMatchObject({ status: 200 });
  });

  it('shows nobody but its health, in the words of the apiserver', async () => {
    await start();
    expect(await get('/healthz')).toEqual({ status: 200, body: 'ok' });
    expect(await get('/metrics?debug')).toEqual({
      status: 403,
      body:
        '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",' +
        '"message":"forbidden: User \\"system:anonymous\\" cannot get path \\"/metrics\\"","reason":"Forbidden","details":{},"code":403}\n',
    });
    expect(reviews[0]?.spec).toMatchObject({ user: 'system:anonymous', groups: ['system:unauthenticated'] });
  });

  it('lets an account see what a role gives it, and asks no more often than it must', async () => {
    await start();
    expect(await get('/metrics', { token: 'good' })).toMatchObject({ status: 200 });
    expect(await get('/metrics', { token: 'good' })).toMatchObject({ status: 200 });
    expect(reviews.map(({ kind }) => kind)).toEqual(['TokenReview', 'SubjectAccessReview']);
    expect(reviews[1]?.spec.groups).toEqual(['scrapers', 'system:authenticated']);
    expect(await get('/configz', { token: 'good' })).toMatchObject({ status: 403 });
    await clock.advance(10_001);
    expect(await get('/metrics', { token: 'good' })).toMatchObject({ status: 200 });
    expect(reviews).toHaveLength(5);
  });

  it('takes a path as it is written', async () => {
    await start();
    for (const path of ['/metrics/../healthz', '/metrics/%2e%2e/healthz', '//healthz', '/metrics#/../healthz', '/HEALTHZ', '//'])
      expect(await get(path)).toMatchObject({ status: 403 });
  });

  it('says why, if the apiserver does', async () => {
    await start();
    const { status, body } = await get('/metrics', { as: viewer });
    expect({ status, message: (JSON.parse(body) as { message: string }).message }).toEqual({
      status: 403,
      message: 'forbidden: User "viewer" cannot get path "/metrics": not <today>',
    });
  });

  it('refuses a wrong token, even for what everybody may see', async () => {
    await start();
    expect(await get('/healthz', { token: 'wrong' })).toEqual({
      status: 401,
      body: '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}\n',
    });
  });

  it('lets nobody in whom it cannot ask about', async () => {
    await start();
    isAway = true;
    expect(await get('/metrics')).toEqual({ status: 500, body: 'Internal Server Error: "/metrics": connect ECONNREFUSED\n' });
    expect(await get('/metrics', { token: 'good' })).toMatchObject({ status: 401 });
    expect(await get('/healthz')).toMatchObject({ status: 200 });
    isAway = false;
    expect(await get('/metrics', { token: 'good' })).toMatchObject({ status: 200 });
  });

  it('takes tokens for nothing when there is nobody to ask', async () => {
    await start({ asks: false });
    expect(await get('/healthz', { token: 'good' })).toMatchObject({ status: 200 });
    expect(await get('/metrics', { token: 'good' })).toMatchObject({ status: 403 });
    expect(await get('/metrics', { as: viewer })).toMatchObject({ status: 403 });
    expect(await get('/metrics', { as: admin })).toMatchObject({ status: 200 });
  });

  it('gives up asking an apiserver that is silent', async () => {
    const silent = {
      resource: () => ({
        create: (_: Review, { signal }: { signal: AbortSignal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      }),
    } as never;
    const reviewer = new AccessReviewer({ client: silent, clock, authorizedMilliseconds: 1, unauthorizedMilliseconds: 1 });
    const review = reviewer.review({ name: 'jane', groups: [] }, { nonResourceAttributes: { path: '/metrics', verb: 'get' } });
    const given = expect(review).rejects.toThrow('the API server has not answered for 10s');
    await clock.advance(10_000);
    await given;
  });
});
