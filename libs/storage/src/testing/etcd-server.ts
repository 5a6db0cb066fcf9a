import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { temporaryFolder } from './temporary-folder';

/** The version of the etcd on this machine, such as `3.4.23`; `undefined` if there is none. */
export function installedEtcd(): string | undefined {
  const { stdout, status } = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
  return status === 0 ? /etcd Version: (\S+)/.exec(stdout)?.[1] : undefined;
}

/** An etcd of one member, on free ports, in a folder of its own. */
export class EtcdServer {
  readonly endpoint: string;
  readonly #arguments: readonly string[];
  readonly #removeFolder: () => Promise<void>;
  #process: ChildProcess | undefined;

  private constructor(options: { endpoint: string; arguments: readonly string[]; removeFolder: () => Promise<void> }) {
    this.endpoint = options.endpoint;
    this.#arguments = options.arguments;
    this.#removeFolder = options.removeFolder;
  }

  static async create(): Promise<EtcdServer> {
    const folder = await temporaryFolder();
    const [client, peer] = await freePorts();
    const endpoint = `http://127.0.0.1:${client}`;
    const peerUrl = `http://127.0.0.1:${peer}`;
    const urls = ['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint, '--listen-peer-urls', peerUrl];
    const cluster = ['--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `default=${peerUrl}`];
    const speed = ['--heartbeat-interval', '20', '--election-timeout', '200', '--log-level', 'error'];
    const options = ['--data-dir', folder.path, ...urls, ...cluster, ...speed];
    return new EtcdServer({ endpoint, arguments: options, removeFolder: () => folder.remove() });
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
    await this.#removeFolder();
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
