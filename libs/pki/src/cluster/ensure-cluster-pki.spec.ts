import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKubeconfig } from '../kubeconfig/kubeconfig';
import { parseCertificate } from '../pem';
import { ensureClusterPki, type ClusterPkiOptions } from './ensure-cluster-pki';

const DAY = 24 * 60 * 60 * 1000;

class ManualClock {
  time = Date.now();
  now = () => this.time;
}

describe('ensureClusterPki', () => {
  let folder: string;
  let clock: ManualClock;
  const options = (more: Partial<ClusterPkiOptions> = {}): ClusterPkiOptions => ({
    server: 'https://127.0.0.1:6443',
    serviceAddress: '10.96.0.1',
    nodes: ['node-1'],
    clock,
    ...more,
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-pki-'));
    clock = new ManualClock();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  it('makes what openssl takes for a valid set, with the names of the API server', async () => {
    await ensureClusterPki(folder, options({ apiServerAddresses: ['192.0.2.7'] }));
    expect(openssl('verify', '-purpose', 'sslserver', '-CAfile', 'pki/ca.crt', 'pki/apiserver.crt')).toContain('OK');
    expect(openssl('verify', '-purpose', 'sslclient', '-CAfile', 'pki/ca.crt', 'pki/apiserver-kubelet-client.crt')).toContain('OK');
    expect(openssl('verify', '-purpose', 'sslclient', '-CAfile', 'pki/front-proxy-ca.crt', 'pki/front-proxy-client.crt')).toContain('OK');
    for (const address of ['10.96.0.1', '127.0.0.1', '192.0.2.7'])
      expect(openssl('verify', '-verify_ip', address, '-CAfile', 'pki/ca.crt', 'pki/apiserver.crt')).toContain('OK');
    expect(openssl('verify', '-verify_hostname', 'kubernetes.default.svc', '-CAfile', 'pki/ca.crt', 'pki/apiserver.crt')).toContain('OK');
    expect(openssl('rsa', '-in', 'pki/sa.key', '-pubout')).toBe(await readFile(join(folder, 'pki/sa.pub'), 'utf8'));
  });

  it('gives each part the identity that upstream knows it by', async () => {
    const { kubeconfigs } = await ensureClusterPki(folder, options());
    const subjectOf = async (path: string) => {
      const { credentials } = await readKubeconfig(path);
      return credentials.type === 'certificate' ? parseCertificate(credentials.certificate, path).subject : undefined;
    };
    expect(await subjectOf(kubeconfigs.admin)).toBe('O=system:masters\nCN=kubernetes-admin');
    expect(await subjectOf(kubeconfigs.scheduler)).toBe('CN=system:kube-scheduler');
    expect(await subjectOf(kubeconfigs.kubelets['node-1']!)).toBe('O=system:nodes\nCN=system:node:node-1');
  });

  it('gives each of many nodes an identity of its own', async () => {
    const nodes = Array.from({ length: 100 }, (_, index) => `node-${index + 1}`);
    const { kubeconfigs, written } = await ensureClusterPki(folder, options({ nodes }));
    expect(written).toEqual(expect.arrayContaining(nodes.map((node) => join(kubeconfigs.kubeletFolder, `${node}.conf`))));
    const { credentials } = await readKubeconfig(kubeconfigs.kubelets['node-77']!);
    expect(credentials.type === 'certificate' && parseCertificate(credentials.certificate, '').subject).toBe(
      'O=system:nodes\nCN=system:node:node-77',
    );
  });

  it('gives etcd an authority of its own, if there is one', async () => {
    await ensureClusterPki(folder, options());
    expect(await readdir(join(folder, 'pki'))).not.toContain('etcd');
    await ensureClusterPki(folder, options({ etcd: true }));
    for (const [purpose, name] of [
      ['sslserver', 'etcd/server'],
      ['sslclient', 'etcd/server'],
      ['sslclient', 'apiserver-etcd-client'],
    ])
      expect(openssl('verify', '-purpose', purpose!, '-CAfile', 'pki/etcd/ca.crt', `pki/${name!}.crt`)).toContain('OK');
    expect(() => openssl('verify', '-CAfile', 'pki/ca.crt', 'pki/apiserver-etcd-client.crt')).toThrow();
    expect((await ensureClusterPki(folder, options({ etcd: true }))).written).toEqual([]);
    await ensureClusterPki(folder, options({ etcd: true, etcdNames: ['etcd-1'] }));
    expect(openssl('verify', '-verify_hostname', 'etcd-1', '-CAfile', 'pki/etcd/ca.crt', 'pki/etcd/server.crt')).toContain('OK');
  });

  it('keeps private keys and kubeconfigs to their owner', async () => {
    await ensureClusterPki(folder, options());
    const secrets = [
      ...(await readdir(join(folder, 'pki'))).filter((name) => name.endsWith('.key')).map((name) => `pki/${name}`),
      'admin.conf',
    ];
    for (const name of secrets) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('writes nothing on a second run, and makes what a crash left out', async () => {
    await ensureClusterPki(folder, options());
    expect((await ensureClusterPki(folder, options())).written).toEqual([]);
    await rm(join(folder, 'pki/apiserver.crt'));
    await rm(join(folder, 'pki/ca.crt'));
    const { written } = await ensureClusterPki(folder, options());
    expect(written).toContain(join(folder, 'pki/apiserver.crt'));
    expect(openssl('verify', '-CAfile', 'pki/ca.crt', 'pki/apiserver-kubelet-client.crt')).toContain('OK');
  });

  it('renews certificates before they expire and leaves the authority', async () => {
    await ensureClusterPki(folder, options());
    const authority = await readFile(join(folder, 'pki/ca.crt'), 'utf8');
    clock.time += 300 * DAY;
    const { written } = await ensureClusterPki(folder, options());
    expect(written).toEqual(expect.arrayContaining([join(folder, 'pki/apiserver.crt'), join(folder, 'admin.conf')]));
    expect(await readFile(join(folder, 'pki/ca.crt'), 'utf8')).toBe(authority);
  });

  it('renews an authority with its key, so that what it signed stays valid', async () => {
    await ensureClusterPki(folder, options());
    const previous = await readFile(join(folder, 'pki/apiserver.crt'), 'utf8');
    await writeFile(join(folder, 'previous.crt'), previous);
    clock.time += 3000 * DAY;
    await ensureClusterPki(folder, options());
    expect(openssl('verify', '-no_check_time', '-CAfile', 'pki/ca.crt', 'previous.crt')).toContain('OK');
  });

  it('issues anew what lacks an address that is asked for now', async () => {
    await ensureClusterPki(folder, options());
    const { written } = await ensureClusterPki(folder, options({ apiServerAddresses: ['192.0.2.9'] }));
    expect(written).toEqual([join(folder, 'pki/apiserver.crt')]);
  });

  it.each([
    ['pki/ca.crt', 'holds no certificate in PEM'],
    ['pki/ca.key', 'holds no usable private key in PEM'],
    ['pki/sa.key', 'holds no usable private key in PEM'],
    ['pki/apiserver.key', 'holds no usable private key in PEM'],
    ['admin.conf', 'is not a kubeconfig: expected a mapping'],
  ])('names %s when it is corrupt, and leaves it alone', async (name, problem) => {
    await ensureClusterPki(folder, options());
    await writeFile(join(folder, name), 'damaged');
    await expect(ensureClusterPki(folder, options())).rejects.toThrow(`${join(folder, name)} ${problem}`);
    expect(await readFile(join(folder, name), 'utf8')).toBe('damaged');
  });

  it('refuses an authority without its key rather than replace it', async () => {
    await ensureClusterPki(folder, options());
    await rm(join(folder, 'pki/ca.key'));
    await expect(ensureClusterPki(folder, options())).rejects.toThrow(`${join(folder, 'pki/ca.key')} is missing beside`);
  });
});
