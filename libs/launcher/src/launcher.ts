import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '@keelson/apimachinery';
import { createNft } from '@keelson/netfilter';
import { ensureClusterPki, type ClusterPki } from '@keelson/pki';
import { cleanUp } from '@keelson/proxy';
import { chooseRuntime, type RuntimeChoice } from './choose-runtime';
import { addContext, removeContext, untilNodesReady, untilServing, withAdmin } from './cluster-access';
import type { ClusterFolder } from './cluster-folder';
import { DEFAULT_SECURE_PORT, readSettings, writeSettings, type ClusterSettings } from './cluster-settings';
import { readState } from './cluster-state';
import { daemonSpecs, KUBERNETES_ADDRESS, nodeName, type DaemonSpec } from './daemon-specs';
import type { Machine } from './machine';
import { removeContainers } from './node-containers';
import { isAlive, signalProcess } from './process-identity';
import { untilGone } from './supervisor';
import { UserError, type Terminal } from './terminal';
import { unmountBelow } from './unmount-below';

const SERVING_MILLISECONDS = 30_000;
const READY_MILLISECONDS = 120_000;
const STOP_MILLISECONDS = 120_000;

export interface LauncherDeps {
  readonly folder: ClusterFolder;
  readonly machine: Machine;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** The program and arguments that run the supervisor. */
  readonly supervisor: readonly [string, ...string[]];
  /** The kubeconfig that gets the context. */
  readonly userKubeconfig: string;
}

export interface UpOptions {
  readonly nodes?: number | undefined;
  readonly runtime?: RuntimeChoice | undefined;
  readonly securePort?: number | undefined;
  /** Whether to wait for the nodes; the apiserver is waited for in any case. */
  readonly wait: boolean;
}

/** Starts, stops and shows a cluster on this machine. Every method may be interrupted and called again. */
export class Launcher {
  readonly #deps: LauncherDeps;

  constructor(deps: LauncherDeps) {
    this.#deps = deps;
  }

  /** Starts the cluster, or resumes the one that is there. @throws UserError, one line for the user to mend */
  async up(options: UpOptions): Promise<void> {
    const { clock, folder, terminal, userKubeconfig } = this.#deps;
    await mkdir(folder.home, { recursive: true, mode: 0o700 });
    if (await this.#isRunning()) {
      terminal.say('The cluster is running already.');
    } else {
      const settings = await this.#settle(options);
      await this.#checkPorts(daemonSpecs({ folder, settings, pki: await this.pki(settings) }));
      this.#startSupervisor();
    }
    const settings = await this.#settings();
    const { kubeconfigs } = await this.pki(settings);
    await withAdmin(kubeconfigs.admin, clock, async (client) => {
      if (!(await untilServing(client, clock, SERVING_MILLISECONDS))) throw this.#late('the apiserver did not become ready');
      terminal.say('The API server is ready.');
      await addContext(userKubeconfig, kubeconfigs.admin);
      if (!options.wait) return;
      if (!(await untilNodesReady(client, settings.nodes, clock, READY_MILLISECONDS))) throw this.#late('not all nodes became Ready');
      terminal.say(settings.nodes === 1 ? 'The node is Ready.' : `All ${settings.nodes} nodes are Ready.`);
    });
    this.#sayHowToGoOn(settings);
  }

  /** Stops every daemon and the containers of the nodes; with `remove`, leaves no trace. */
  async down(options: { readonly remove: boolean }): Promise<void> {
    const { clock, folder, terminal, userKubeconfig } = this.#deps;
    const state = await readState(folder);
    const settings = await readSettings(folder).catch(() => undefined);
    const processes = state === undefined ? [] : [state.supervisor, ...state.daemons.flatMap(({ identity }) => identity ?? [])];
    const wasRunning = processes.some(isAlive);
    if (state !== undefined && !signalProcess(state.supervisor, 'SIGTERM')) for (const each of processes) signalProcess(each, 'SIGTERM');
    if (!(await untilGone(processes, clock, STOP_MILLISECONDS)))
      throw new UserError('some daemons did not stop; keelson status names them');
    if (settings?.runtime === 'docker') {
      await removeContainers(
        Array.from({ length: settings.nodes }, (_, index) => nodeName(index)),
        { network: options.remove },
      );
      // Without nft there were no rules to write.
      await cleanUp(createNft()).catch(() => undefined);
    }
    terminal.say(wasRunning ? 'The cluster is stopped; its data is kept.' : 'The cluster was not running.');
    if (!options.remove) return;
    await removeContext(userKubeconfig);
    await unmountBelow(folder.home);
    await rm(folder.home, { recursive: true, force: true });
    terminal.say(`Deleted ${folder.home} and the context keelson.`);
  }

  /** A line for each daemon. */
  async status(): Promise<void> {
    const { clock, folder, terminal } = this.#deps;
    const state = await readState(folder);
    if (state === undefined) {
      terminal.say('There is no cluster; keelson up makes one.');
      return;
    }
    terminal.say(`supervisor${isAlive(state.supervisor) ? `  running, pid ${state.supervisor.pid}` : '  not running'}`);
    for (const { identity, lastEnd, name, restarts, since } of state.daemons) {
      const seconds = Math.round((clock.now() - since) / 1000);
      const now = identity !== undefined && isAlive(identity) ? `running for ${seconds} s, pid ${identity.pid}` : 'not running';
      terminal.say(`${name.padEnd(28)}${now}${restarts === 0 ? '' : `, started again ${restarts} times; last end: ${lastEnd ?? ''}`}`);
    }
  }

  /** The certificates and kubeconfigs, made as far as they are missing. */
  pki(settings: ClusterSettings): Promise<ClusterPki> {
    const { clock, folder } = this.#deps;
    return ensureClusterPki(folder.configuration, {
      server: `https://127.0.0.1:${settings.securePort}`,
      serviceAddress: KUBERNETES_ADDRESS,
      apiServerAddresses: [settings.advertiseAddress],
      nodes: settings.runtime === 'docker' ? Array.from({ length: settings.nodes }, (_, index) => nodeName(index)) : [],
      clock,
    });
  }

  async #settings(): Promise<ClusterSettings> {
    const settings = await readSettings(this.#deps.folder);
    if (settings === undefined) throw new UserError('there is no cluster; keelson up makes one');
    return settings;
  }

  /** What the cluster has kept, or what is chosen now for a new one. */
  async #settle({ nodes, runtime, securePort }: UpOptions): Promise<ClusterSettings> {
    const { folder, machine, terminal } = this.#deps;
    const kept = await readSettings(folder);
    if (kept !== undefined) {
      const isOther =
        (nodes ?? kept.nodes) !== kept.nodes ||
        (runtime ?? kept.runtime) !== kept.runtime ||
        (securePort ?? kept.securePort) !== kept.securePort;
      if (isOther)
        throw new UserError(
          `the cluster in ${folder.home} has ${kept.nodes} ${kept.runtime} node(s) on port ${kept.securePort}; keelson down --delete makes room for another`,
        );
      terminal.say('Resuming the cluster ...');
      return kept;
    }
    const settings: ClusterSettings = {
      nodes: nodes ?? 1,
      runtime: await chooseRuntime(machine, runtime, terminal),
      securePort: securePort ?? DEFAULT_SECURE_PORT,
      advertiseAddress: machine.address,
    };
    await writeSettings(folder, settings);
    terminal.say('Starting the cluster ...');
    return settings;
  }

  async #checkPorts(specs: readonly DaemonSpec[]): Promise<void> {
    for (const { name, ports } of specs)
      for (const port of ports)
        if (await this.#deps.machine.isPortTaken(port))
          throw new UserError(`port ${port}, which ${name} needs, is in use by another program; end it and try again`);
  }

  async #isRunning(): Promise<boolean> {
    const state = await readState(this.#deps.folder);
    return state !== undefined && isAlive(state.supervisor);
  }

  #startSupervisor(): void {
    const { folder, supervisor } = this.#deps;
    const [program, ...args] = supervisor;
    const logFile = folder.logFile('keelson');
    const output = openLogFile(logFile);
    spawn(program, args, { detached: true, stdio: ['ignore', output, output] }).unref();
    closeSync(output);
  }

  #late(what: string): UserError {
    return new UserError(
      `${what} in time; keelson status shows what runs, keelson logs NAME what it says (${this.#deps.folder.home}/logs)`,
    );
  }

  #sayHowToGoOn({ nodes, runtime }: ClusterSettings): void {
    const { terminal, userKubeconfig } = this.#deps;
    const what = runtime === 'docker' ? 'real containers' : 'simulated';
    terminal.say(`The cluster is up: ${nodes} node(s), ${what}. The context keelson is in ${userKubeconfig}. Try:`);
    for (const line of ['kubectl get nodes', 'kubectl get pods -A', 'kubectl create deployment web --image=nginx'])
      terminal.say(`  ${line}`);
  }
}

function openLogFile(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSync(path, 'a', 0o600);
}
