import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fetchTool, type Tool } from '../../tools/kubectl/fetch.mts';

const run = promisify(execFile);
const KEELSON = join(__dirname, '../../dist/bin/keelson');
const POLL_MILLISECONDS = 200;
const PATIENCE_MILLISECONDS = 90_000;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A cluster of its own folder and kubeconfig, driven with the executables that a user has. */
export class Cluster {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#env = { ...process.env, HOME: folder, KEELSON_HOME: join(folder, 'keelson'), KUBECONFIG: join(folder, 'kubeconfig') };
  }

  /** Starts a cluster and waits until its nodes are Ready. */
  static async up(...args: readonly string[]): Promise<Cluster> {
    const cluster = new Cluster(await mkdtemp(join(tmpdir(), 'keelson-e2e-')));
    await cluster.keelson('up', ...args).catch(async (error: unknown) => {
      await cluster.remove();
      throw error;
    });
    return cluster;
  }

  get home(): string {
    return join(this.#folder, 'keelson');
  }

  /** @returns standard output @throws Error with what the command printed, if it fails */
  async keelson(...args: readonly string[]): Promise<string> {
    return (await run(KEELSON, args, { env: this.#env })).stdout;
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return this.#tool('kubectl', args);
  }

  async kubectlWithInput(input: string, ...args: readonly string[]): Promise<string> {
    const running = run(fetchTool('kubectl'), args, { env: this.#env });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  helm(...args: readonly string[]): Promise<string> {
    return this.#tool('helm', args);
  }

  /** Has kubectl apply `objects`. */
  async apply(...objects: readonly object[]): Promise<void> {
    await this.kubectlWithInput(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }), 'apply', '-f', '-');
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

  /** The process ids of the daemons that run, by name. */
  async daemons(): Promise<ReadonlyMap<string, number>> {
    const lines = (await this.keelson('status')).split('\n');
    const found = lines.flatMap((line) => {
      const [, name, pid] = /^(\S+)\s.*running.*pid (\d+)/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(pid)] as const];
    });
    return new Map(found);
  }

  async remove(): Promise<void> {
    await this.keelson('down', '--delete').finally(() => rm(this.#folder, { recursive: true, force: true }));
  }

  async #tool(tool: Tool, args: readonly string[]): Promise<string> {
    return (await run(fetchTool(tool), args, { env: this.#env, cwd: this.#folder, maxBuffer: MOST_OUTPUT_BYTES })).stdout;
  }
}
