import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fetchTool } from '../../tools/kubectl/fetch.mts';

const run = promisify(execFile);
const FOLDER = join(__dirname, '../../deploy/docker-compose');
const POLL_MILLISECONDS = 300;
const PATIENCE_MILLISECONDS = 60_000;

/** The command that speaks Compose here: Docker's plugin, or the older program of its own; none if both are missing. */
export function composeCommand(): readonly [string, ...string[]] | undefined {
  if (spawnSync('docker', ['compose', 'version']).status === 0) return ['docker', 'compose'];
  return spawnSync('docker-compose', ['version']).status === 0 ? ['docker-compose'] : undefined;
}

/** The cluster of `deploy/docker-compose`, under a project name of its own. */
export class ComposeCluster {
  readonly project = 'keelson-e2e';
  readonly port = 16443;
  readonly folder: string;
  readonly #command: readonly [string, ...string[]];
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, command: readonly [string, ...string[]]) {
    this.folder = folder;
    this.#command = command;
    this.#env = {
      ...process.env,
      HOME: folder,
      KUBECONFIG: join(folder, 'kubeconfig'),
      COMPOSE_PROJECT_NAME: this.project,
      KEELSON_PORT: String(this.port),
      KUBELET_ROOT: join(folder, 'kubelet'),
      // Where packages can be had from a machine, they can from its network.
      BUILD_NETWORK: 'host',
    };
  }

  /** Builds the images and starts every daemon. */
  static async up(): Promise<ComposeCluster> {
    const command = composeCommand();
    if (command === undefined) throw new Error('docker-compose is not installed');
    const cluster = new ComposeCluster(await mkdtemp(join(tmpdir(), 'keelson-compose-')), command);
    try {
      await cluster.compose('build');
      await cluster.compose('up', '-d');
      await writeFile(join(cluster.folder, 'kubeconfig'), await cluster.compose('run', '--rm', 'admin-kubeconfig'));
    } catch (error) {
      await cluster.remove();
      throw error;
    }
    return cluster;
  }

  /** @returns standard output @throws Error with what the command printed, if it fails */
  async compose(...args: readonly string[]): Promise<string> {
    const [program, ...first] = this.#command;
    return (await run(program, [...first, ...args], { env: this.#env, cwd: FOLDER, maxBuffer: 2 ** 26 })).stdout;
  }

  async docker(...args: readonly string[]): Promise<string> {
    return (await run('docker', args)).stdout.trim();
  }

  /** Ids of a service's running containers. */
  async containers(service: string): Promise<readonly string[]> {
    const filters = [
      `com.docker.compose.project=${this.project}`,
      `com.docker.compose.service=${service}`,
      'com.docker.compose.oneoff=False',
    ];
    const ids = await this.docker('ps', '--quiet', '--no-trunc', ...filters.flatMap((label) => ['--filter', `label=${label}`]));
    return ids === '' ? [] : ids.split('\n');
  }

  async kubectl(...args: readonly string[]): Promise<string> {
    return (await run(fetchTool('kubectl'), args, { env: this.#env, cwd: this.folder, maxBuffer: 2 ** 26 })).stdout;
  }

  async apply(object: object): Promise<void> {
    const running = run(fetchTool('kubectl'), ['apply', '-f', '-'], { env: this.#env, cwd: this.folder });
    running.child.stdin?.end(JSON.stringify(object));
    await running;
  }

  /** Asks again until `read` gives what `isWanted`. @throws Error with what it gave last */
  async until(read: () => Promise<string>, isWanted: (text: string) => boolean): Promise<string> {
    const end = Date.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const text = await read().catch(String);
      if (isWanted(text)) return text;
      if (Date.now() > end) throw new Error(`Waited in vain; the last answer was: ${text}`);
      await sleep(POLL_MILLISECONDS);
    }
  }

  /** As docs/deploy.md says: the node's traces first, while there are images to do it with. */
  async down(): Promise<void> {
    await this.compose('stop', 'kubelet', 'kube-proxy');
    await this.compose('run', '--rm', 'node-cleanup');
    await this.compose('down', '--volumes', '--remove-orphans', '--rmi', 'all');
  }

  async remove(): Promise<void> {
    try {
      await this.compose('down', '--volumes', '--remove-orphans');
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}
