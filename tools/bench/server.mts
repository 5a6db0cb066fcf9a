import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
export const TOKEN = 'bench-token';

export type StoreKind = 'lmdb' | 'etcd';

/** A kube-apiserver of its own, in a temporary folder, on a free port of the loopback. */
export interface BenchServer {
  readonly port: number;
  /** Milliseconds from the start of the process until `/readyz` answered. */
  readonly readyAfter: number;
  /** Resident memory of its own, in bytes; pages of mapped files, which the system can take back, are left out. */
  memory(): number;
  /** CPU time so far, in milliseconds. */
  cpu(): number;
  stop(): Promise<void>;
}

export async function startServer(store: StoreKind): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'));
  const etcd = store === 'etcd' ? await startEtcd(folder) : undefined;
  const port = await freePort();
  writeFileSync(
    join(folder, 'sa.key'),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  );
  writeFileSync(join(folder, 'tokens.csv'), `${TOKEN},bench,1,"system:masters"\n`);
  const begun = performance.now();
  const child = spawn(
    join(root, 'dist/bin/kube-apiserver'),
    [
      ...(etcd === undefined ? ['--storage-backend=lmdb', `--data-dir=${folder}/db`] : [`--etcd-servers=${etcd.url}`]),
      `--cert-dir=${folder}/certs`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${folder}/sa.key`,
      `--token-auth-file=${folder}/tokens.csv`,
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
      '--max-requests-inflight=0',
      '--max-mutating-requests-inflight=0',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await ready(port, child);
  const readyAfter = performance.now() - begun;
  return {
    port,
    readyAfter,
    memory: () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024,
    cpu: () => cpuOf(child.pid ?? 0),
    async stop() {
      await ended(child);
      if (etcd !== undefined) await ended(etcd.child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** User and system time of a process; a tick is 10 ms. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function startEtcd(folder: string): Promise<{ url: string; child: ChildProcess }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const args = [
    '--data-dir',
    join(folder, 'etcd'),
    '--listen-client-urls',
    url,
    '--advertise-client-urls',
    url,
    '--listen-peer-urls',
    peer,
  ];
  const child = spawn(
    'etcd',
    [...args, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`, '--log-level', 'error'],
    { stdio: 'ignore' },
  );
  return { url, child };
}

/** Asks a process to end. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** Asks until the server answers. @throws Error if the process ends before */
async function ready(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`kube-apiserver ended with exit code ${child.exitCode}`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    const finish = (result: boolean): void => {
      session.destroy();
      resolve(result);
    };
    session.on('error', () => finish(false));
    const stream = session.request({ ':path': '/readyz' });
    stream.on('response', (headers) => finish(headers[':status'] === 200));
    stream.on('error', () => finish(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
