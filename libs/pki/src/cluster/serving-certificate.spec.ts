import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { serveHttps, silentLogger } from '@keelson/component-base';
import { parseCertificate } from '../pem';
import { ensureServingCertificate } from './serving-certificate';

const YEAR = 365 * 24 * 60 * 60 * 1000;

describe('ensureServingCertificate', () => {
  let folder: string;
  let now: number;
  const options = () => ({
    certificateFolder: join(folder, 'certs'),
    name: 'kubelet',
    subject: { commonName: 'node-1', dnsNames: ['node-1'], ipAddresses: ['127.0.0.1'] },
    clock: { now: () => now },
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-serving-'));
    now = Date.now();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes a pair once, and again when its end nears', async () => {
    const { certificateFile, keyFile } = await ensureServingCertificate(options());
    const first = await readFile(certificateFile, 'utf8');
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    await ensureServingCertificate(options());
    expect(await readFile(certificateFile, 'utf8')).toBe(first);
    now += 0.9 * YEAR;
    await ensureServingCertificate(options());
    expect(await readFile(certificateFile, 'utf8')).not.toBe(first);
  });

  it('leaves what the flags name alone and wants both of them', async () => {
    const given = { certificateFile: '/a.crt', keyFile: '/a.key' };
    expect(await ensureServingCertificate({ ...options(), ...given })).toEqual(given);
    await expect(ensureServingCertificate({ ...options(), certificateFile: '/a.crt' })).rejects.toThrow('must be given together');
  });

  it('names a corrupt file', async () => {
    const { certificateFile } = await ensureServingCertificate(options());
    await writeFile(certificateFile, 'damaged');
    await expect(ensureServingCertificate(options())).rejects.toThrow(`${certificateFile} holds no certificate in PEM`);
  });

  it('is what a TLS server hands out, and a new pair is taken up without a restart', async () => {
    const files = await ensureServingCertificate(options());
    let look = (): void => undefined;
    const scheduled: (() => void)[] = [];
    const timers = {
      now: () => now,
      setTimeout: (callback: () => void) => {
        look = callback;
        scheduled.shift()?.();
        return () => undefined;
      },
    };
    const server = await serveHttps((_request, response) => response.end('ok'), {
      address: '127.0.0.1',
      port: 0,
      timers,
      log: silentLogger,
      ...files,
    });
    try {
      expect(await fingerprintOf(server.port)).toBe(await fingerprintIn(files.certificateFile));
      now += 0.9 * YEAR;
      await ensureServingCertificate(options());
      const reloaded = new Promise<void>((resolve) => scheduled.push(resolve));
      look();
      await reloaded;
      expect(await fingerprintOf(server.port)).toBe(await fingerprintIn(files.certificateFile));
    } finally {
      await server.close();
    }
  });

  it('names the files when they hold no pair', async () => {
    const files = { certificateFile: join(folder, 'a.crt'), keyFile: join(folder, 'a.key') };
    for (const path of Object.values(files)) await writeFile(path, 'damaged');
    const timers = { now: () => now, setTimeout: () => () => undefined };
    const serving = serveHttps(() => undefined, { address: '127.0.0.1', port: 0, timers, log: silentLogger, ...files });
    await expect(serving).rejects.toThrow(`${files.certificateFile} and ${files.keyFile} are not a certificate and its key in PEM`);
  });

  it('is served to clients that speak the versions and suites the flags say', async () => {
    const files = await ensureServingCertificate(options());
    const timers = { now: () => now, setTimeout: () => () => undefined };
    const serve = (minVersion: string, cipherSuites: string[] = []) =>
      serveHttps(() => undefined, {
        address: '127.0.0.1',
        port: 0,
        timers,
        log: silentLogger,
        tls: { minVersion, cipherSuites },
        ...files,
      });
    const newest = await serve('VersionTLS13');
    const oldest = await serve('VersionTLS10');
    const choosy = await serve('', ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384']);
    try {
      const old: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' };
      await expect(handshake(newest.port, { maxVersion: 'TLSv1.2' })).rejects.toThrow('protocol version');
      expect(await handshake(newest.port, {})).toMatchObject({ version: 'TLSv1.3' });
      expect(await handshake(oldest.port, old)).toMatchObject({ version: 'TLSv1' });
      await expect(handshake(choosy.port, old)).rejects.toThrow('protocol version');
      const aes128 = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256';
      await expect(handshake(choosy.port, { maxVersion: 'TLSv1.2', ciphers: aes128 })).rejects.toThrow('handshake failure');
      expect((await handshake(choosy.port, { maxVersion: 'TLSv1.2' })).name).toMatch(/^ECDHE-(RSA|ECDSA)-AES256-GCM-SHA384$/);
      expect(await handshake(choosy.port, {})).toMatchObject({ version: 'TLSv1.3' });
    } finally {
      await Promise.all([newest, oldest, choosy].map((server) => server.close()));
    }
  });

  const handshake = (port: number, offer: ConnectionOptions) =>
    new Promise<{ name: string; version: string | null }>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...offer }, () => {
        resolve({ name: socket.getCipher().name, version: socket.getProtocol() });
        socket.end();
      });
      socket.on('error', reject);
    });

  const fingerprintIn = async (path: string) => parseCertificate(await readFile(path, 'utf8'), path).fingerprint256;

  const fingerprintOf = (port: number) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.end();
      });
      socket.on('error', reject);
    });
});
