import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configmaps, type ConfigMap } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { createCertificateAuthority } from '@keelson/pki';
import { FakeApi } from '../testing/fake-api';
import { followAuthoritiesFile, followClusterAuthorities } from './client-authorities';

const CONFIG_MAP = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };

const MALFORMED = '-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n';

describe('the client authorities', () => {
  const stop = new AbortController();
  const clock = new FakeClock();
  let first: string;
  let second: string;
  let api: FakeApi;
  let trusted: string[];
  /** Told of each change, after it is in {@link trusted}. */
  let told: () => void;

  beforeAll(async () => {
    const now = { now: Date.now() };
    first = (await createCertificateAuthority('first', now)).certificate;
    second = (await createCertificateAuthority('second', now)).certificate;
  });

  beforeEach(() => {
    api = new FakeApi({ clock });
    trusted = [];
    told = () => undefined;
  });

  afterAll(() => stop.abort());

  const options = () => ({
    trust: (authorities: string) => {
      trusted.push(authorities);
      told();
    },
    clock,
    log: silentLogger,
    signal: stop.signal,
  });

  const next = (): Promise<void> => new Promise((resolve) => (told = resolve));
  const publish = (authorities: string): ConfigMap =>
    api.add(configmaps, { metadata: CONFIG_MAP, data: { 'client-ca-file': authorities } });
  const republish = (authorities: string): ConfigMap =>
    api.change(configmaps, CONFIG_MAP, (map) => (map.data = { 'client-ca-file': authorities }));

  it('of the cluster are those in its ConfigMap, from then on', async () => {
    publish(first);
    const begun = next();
    await followClusterAuthorities(api, { ...options(), tolerant: false });
    await begun;
    const changed = next();
    republish(second);
    await changed;
    expect(trusted).toEqual([first, second]);
  });

  it('stay when the ConfigMap gets malformed or goes', async () => {
    publish(first);
    const begun = next();
    await followClusterAuthorities(api, { ...options(), tolerant: false });
    await begun;
    republish('');
    republish(MALFORMED);
    api.remove(configmaps, CONFIG_MAP);
    const again = next();
    publish(second);
    await again;
    expect(trusted).toEqual([first, second]);
  });

  it('have to be there from the beginning, unless that is tolerated', async () => {
    await expect(followClusterAuthorities(api, { ...options(), tolerant: false })).rejects.toThrow(
      'unable to read configmap/extension-apiserver-authentication in kube-system (--authentication-tolerate-lookup-failure goes on without)',
    );
    await followClusterAuthorities(api, { ...options(), tolerant: true });
    expect(trusted).toEqual([]);
    const late = next();
    publish(second);
    await late;
    expect(trusted).toEqual([second]);
  });

  describe('of a file', () => {
    let folder: string;
    let file: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'client-authorities-'));
      file = join(folder, 'ca.crt');
    });

    afterEach(() => rm(folder, { recursive: true }));

    it('are those that it holds, also after it has changed', async () => {
      await writeFile(file, first);
      await followAuthoritiesFile(file, options());
      await writeFile(file, second);
      const changed = next();
      await clock.advance(60_000);
      await changed;
      expect(trusted).toEqual([first, second]);
    });

    it('have to be readable from the beginning', async () => {
      await expect(followAuthoritiesFile(file, options())).rejects.toThrow(`--client-ca-file ${file}`);
      await writeFile(file, MALFORMED);
      await expect(followAuthoritiesFile(file, options())).rejects.toThrow(`--client-ca-file ${file}`);
    });
  });
});
