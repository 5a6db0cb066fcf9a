import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sleep, systemClock } from '@keelson/apimachinery';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder';

/** The version of the etcd on this machine, such as `3.4.23`; `undefined` if there is none. */
export function installedEtcd(): string | undefined {
  const { stdout, status } = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
  return status === 0 ? /etcd Version: (\S+)/.exec(stdout)?.[1] : undefined;
}

/** An etcd of one member, on free ports, in a folder of its own. */
export class EtcdServer {
  readonly endpoint: string;
  readonly #arguments: readonly string[];
  readonly #folder: TemporaryFolder;
  #process: ChildProcess | undefined;

  private constructor(options: { endpoint: string; folder: TemporaryFolder; arguments: readonly string[] }) {
    this.endpoint = options.endpoint;
    this.#folder = options.folder;
    this.#arguments = options.arguments;
  }

  /** With `tls`, clients are served by a certificate that etcd makes for itself. `quotaBytes` is the size from which on nothing more is written. */
  static async create({ tls = false, quotaBytes = 0 } = {}): Promise<EtcdServer> {
    const folder = await temporaryFolder();
    const [client, peer] = await freePorts();
    const endpoint = `${tls ? 'https' : 'http'}://127.0.0.1:${client}`;
    const peerUrl = `http://127.0.0.1:${peer}`;
    const urls = ['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint, '--listen-peer-urls', peerUrl];
    const cluster = ['--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `default=${peerUrl}`];
    const speed = ['--heartbeat-interval', '20', '--election-timeout', '200', '--log-level', 'error'];
    const limits = ['--quota-backend-bytes', String(quotaBytes)];
    const options = ['--data-dir', folder.path, ...urls, ...cluster, ...speed, ...limits, ...(tls ? ['--auto-tls'] : [])];
    return new EtcdServer({ endpoint, folder, arguments: options });
  }

  /** The certificate that etcd has made for itself, once it has started. */
  certificate(): Promise<Buffer> {
    return readFile(join(this.#folder.path, 'fixtures/client/cert.pem'));
  }

  start(): void {
    this.#process = spawn('etcd', this.#arguments, { stdio: 'ignore' });
  }

  async kill(): Promise<void> {
    const process = this.#process;
    if (process?.exitCode !== null || process.signalCode !== null) return;
    const exit = once(process, 'exit');
    process.kill('SIGKILL');
    await exit;
  }

  async remove(): Promise<void> {
    await this.kill();
    await this.#folder.remove();
  }
}

/** Tries again and again until the test's own time is over: how long etcd takes to start is its business. */
export async function untilReachable<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await sleep(systemClock, 20);
    }
  }
}

/** Ports that were free a moment ago; both are held until both are known, so they differ. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = await Promise.all(servers.map((server) => listen(server)));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
