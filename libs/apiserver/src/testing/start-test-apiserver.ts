import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@keelson/apimachinery';
import { createApiClient, createInProcessTransport, type ApiClient } from '@keelson/client';
import { createMetricsRegistry, HealthChecks, silentLogger, versionInfo } from '@keelson/component-base';
import { openLmdbStore, type Store } from '@keelson/storage';
import type { ComponentCheck } from '../component-status/component-check';
import type { ApiserverConfig } from '../server/apiserver-config';
import { createApiserver, type Apiserver } from '../server/create-apiserver';

export interface TestApiserver {
  readonly apiserver: Apiserver;
  readonly store: Store;
  /** A client with every right. */
  readonly admin: ApiClient;
  /** A client of a user with these groups and no rights but theirs. */
  clientOf(user: string): ApiClient;
  stop(): Promise<void>;
}

const ADMIN_TOKEN = 'admin-token';

export interface TestApiserverOptions {
  /** Known by the token that is their name. */
  readonly users?: readonly string[];
  readonly config?: Partial<ApiserverConfig>;
  /** Another server's store, which stays open; one of its own in a temporary folder without it. */
  readonly store?: Store;
  readonly components?: ReadonlyMap<string, ComponentCheck>;
}

/** An apiserver that is reached without a socket. */
export async function startTestApiserver(options: TestApiserverOptions = {}): Promise<TestApiserver> {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-apiserver-'));
  const store = options.store ?? (await openLmdbStore({ path: folder, sync: 'none' }));
  const version = versionInfo(process);
  const metrics = createMetricsRegistry(process, version);
  const apiserver = await createApiserver(
    { ...testConfig(options.users ?? []), ...options.config },
    {
      store,
      clock: systemClock,
      random: Math.random,
      newUid: randomUUID,
      log: silentLogger,
      metrics,
      version,
      health: new HealthChecks(),
      components: options.components ?? new Map(),
    },
  );
  const clientWith = (token: string): ApiClient =>
    createApiClient(createInProcessTransport(apiserver.server, { token }), { userAgent: 'test' });
  const clients: ApiClient[] = [];
  const keep = (client: ApiClient): ApiClient => {
    clients.push(client);
    return client;
  };
  return {
    apiserver,
    store,
    admin: keep(clientWith(ADMIN_TOKEN)),
    clientOf: (user) => keep(clientWith(user)),
    async stop() {
      await Promise.all(clients.map((client) => client.transport.close()));
      await apiserver.close(0);
      if (options.store === undefined) await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function testConfig(users: readonly string[]): ApiserverConfig {
  return {
    serving: undefined,
    advertiseAddress: '192.0.2.1',
    advertisePort: 6443,
    anonymousAuth: true,
    serviceAccounts: testServiceAccounts(),
    staticTokens: [
      { token: ADMIN_TOKEN, user: { name: 'admin', groups: ['system:masters'] } },
      ...users.map((name) => ({ token: name, user: { name, groups: [] } })),
    ],
    authorizationModes: ['RBAC'],
    allowPrivileged: true,
    serviceClusterIpRange: '10.96.0.0/16',
    serviceNodePortRange: { first: 30000, last: 32767 },
    requestTimeoutMilliseconds: 60_000,
    minRequestTimeoutSeconds: 1800,
    maxRequestsInFlight: 400,
    maxMutatingRequestsInFlight: 200,
    defaultNotReadyTolerationSeconds: 300,
    defaultUnreachableTolerationSeconds: 300,
    enableAdmissionPlugins: [],
    // Nothing makes accounts here.
    disableAdmissionPlugins: ['ServiceAccount'],
  };
}

/** With a key of its own each time. */
export function testServiceAccounts(): ApiserverConfig['serviceAccounts'] {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    issuers: ['https://kubernetes.default.svc.cluster.local'],
    signingKey: { privateKey, keyId: 'test' },
    verificationKeys: [publicKey],
    audiences: ['https://kubernetes.default.svc.cluster.local'],
  };
}
