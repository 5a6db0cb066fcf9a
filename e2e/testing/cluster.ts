import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fetchTool } from '../../tools/kubectl/fetch.mts';

const run = promisify(execFile);
const EXECUTABLES = join(__dirname, '../../dist/bin');
const POLL_MILLISECONDS = 200;
const PATIENCE_MILLISECONDS = 90_000;
const MOST_OUTPUT_BYTES = 2 ** 24;

/** The path of one of Keelson's programs. */
export const executable = (name: string): string => join(EXECUTABLES, name);

/** Runs one of Keelson's programs to its end. @returns standard output @throws Error with what it printed, if it fails */
export const runExecutable = async (name: string, args: readonly string[]): Promise<string> => (await run(executable(name), args)).stdout;

/** A cluster of its own folder and kubeconfig, driven with the executables that a user has. */
export class Cluster {
  /** Where tests may write, too; it is gone with the cluster. */
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string) {
    this.folder = folder;
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

  /** What programs that use the cluster find in their environment. */
  get environment(): NodeJS.ProcessEnv {
    return this.#env;
  }

  get home(): string {
    return join(this.folder, 'keelson');
  }

  /** @returns standard output @throws Error with what the command printed, if it fails */
  async keelson(...args: readonly string[]): Promise<string> {
    return this.run(executable('keelson'), args);
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return this.run(fetchTool('kubectl'), args);
  }

  /** Runs a program with this cluster's kubeconfig. @returns standard output @throws Error with what it printed, if it fails */
  async run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    return (await run(program, args, { env: { ...this.#env, ...env }, cwd: this.folder, maxBuffer: MOST_OUTPUT_BYTES })).stdout;
  }

  async kubectlWithInput(input: string, ...args: readonly string[]): Promise<string> {
    const running = run(fetchTool('kubectl'), args, { env: this.#env });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  helm(...args: readonly string[]): Promise<string> {
    return this.run(fetchTool('helm'), args);
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
    await this.keelson('down', '--delete').finally(() => rm(this.folder, { recursive: true, force: true }));
  }
}
