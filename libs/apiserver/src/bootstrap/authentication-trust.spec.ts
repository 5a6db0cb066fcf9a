import { configmaps } from '@keelson/api';
import { createCertificateAuthority, type IssueOptions } from '@keelson/pki';
import { openLmdbStore, type Store } from '@keelson/storage';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestApiserver } from '../testing/start-test-apiserver';
import { combinedBundle } from './authentication-trust';

const HOUR = 3_600_000;
const now = Date.now();
const authority = async (name: string, options: IssueOptions = { now }) => (await createCertificateAuthority(name, options)).certificate;
const count = (bundle = '') => bundle.match(/BEGIN CERTIFICATE/g)?.length ?? 0;

describe('combinedBundle', () => {
  it('has each certificate once, those of others too, and none that has expired', async () => {
    const [ours, theirs, old] = await Promise.all([
      authority('ours'),
      authority('theirs'),
      authority('old', { now: now - 2 * HOUR, lifetime: HOUR }),
    ]);
    const bundle = combinedBundle([`${theirs}\n${ours}${old}`, ours], now);
    expect(count(bundle)).toBe(2);
    expect(combinedBundle([bundle, ours], now)).toBe(bundle);
  });

  it('throws at what is no certificate, rather than to lose it', () => {
    expect(() => combinedBundle(['damaged'], now)).toThrow('client-ca-file holds no certificate in PEM');
  });
});

describe('an apiserver that takes client certificates', () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-trust-'));
    store = await openLmdbStore({ path: folder, sync: 'none' });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const published = async (clientCertificateAuthority: string | undefined) => {
    const server = await startTestApiserver({ store, config: { clientCertificateAuthority } });
    try {
      const { items } = await server.admin.resource(configmaps).list({ namespace: 'kube-system' });
      return items.find(({ metadata }) => metadata.name === 'extension-apiserver-authentication')?.data;
    } finally {
      await server.stop();
    }
  };

  it('publishes whose they are, together with what another apiserver has published', async () => {
    const [first, second] = await Promise.all([authority('first'), authority('second')]);
    expect(await published(undefined)).toBeUndefined();
    expect(Object.keys((await published(first)) ?? {})).toEqual(['client-ca-file']);
    expect(count((await published(second))?.['client-ca-file'])).toBe(2);
    expect(count((await published(first))?.['client-ca-file'])).toBe(2);
  });
});
