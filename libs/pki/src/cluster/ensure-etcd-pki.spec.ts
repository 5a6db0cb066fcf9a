import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureClusterPki } from './ensure-cluster-pki';
import { ensureEtcdPki } from './ensure-etcd-pki';

const YEAR = 365 * 24 * 60 * 60 * 1000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

describe('ensureEtcdPki', () => {
  let folder: string;
  let now: number;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-etcd-pki-'));
    now = Date.UTC(2026, 0, 1);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const ensure = () => ensureEtcdPki(folder, { names: ['etcd-1'], addresses: ['10.0.0.5'], clock: { now: () => now } });
  const read = async (path: string) => new X509Certificate(await readFile(path));

  it('gives members a certificate for both sides of a connection, by all their names, and apiservers one for theirs only', async () => {
    const pki = await ensure();
    for (const file of [pki.serverCertificateFile, pki.peerCertificateFile]) {
      const certificate = await read(file);
      expect(certificate.keyUsage).toEqual([SERVER_AUTH, CLIENT_AUTH]);
      for (const name of ['etcd-1', 'localhost']) expect(certificate.checkHost(name)).toBe(name);
      for (const address of ['10.0.0.5', '127.0.0.1']) expect(certificate.checkIP(address)).toBe(address);
    }
    expect((await read(pki.clientCertificateFile)).keyUsage).toEqual([CLIENT_AUTH]);
  });

  it('has an authority of its own, for which that of the cluster does not stand in', async () => {
    const options = { server: 'https://127.0.0.1:6443', serviceAddress: '10.96.0.1', nodes: [], clock: { now: () => now } };
    const [cluster, etcd] = [await ensureClusterPki(folder, options), await ensure()];
    const client = await read(etcd.clientCertificateFile);
    expect(client.verify((await read(etcd.caFile)).publicKey)).toBe(true);
    expect(client.verify((await read(cluster.caFile)).publicKey)).toBe(false);
  });

  it('writes nothing the second time, and anew what nears its end', async () => {
    expect((await ensure()).written).toHaveLength(3);
    expect((await ensure()).written).toEqual([]);
    now += 0.9 * YEAR;
    expect((await ensure()).written).toHaveLength(3);
  });
});
