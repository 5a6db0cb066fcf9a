import { mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import type { Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { ClusterPki } from '@keelson/pki';
import { addonsOf } from './addons';
import { addContext, removeContext, untilAddonsReady, untilNodesReady, untilServing, withAdmin } from './cluster-access';
import type { ClusterFolder } from './cluster-folder';
import { ensurePki } from './cluster-pki';
import { clusterProcesses, endProcesses, SUPERVISOR, type ClusterProcess } from './cluster-processes';
import { readSettings, type ClusterSettings } from './cluster-settings';
import { readState } from './cluster-state';
import { daemonSpecs, type DaemonSpec } from './daemon-specs';
import { doctor } from './doctor/doctor';
import { withHomeLock } from './home-lock';
import { lastLine } from './last-line';
import type { Machine } from './machine';
import { dockerNodes, type RemoveNodeTraces } from './node-traces';
import { refuseOther, settle, type Wishes } from './settle';
import { statusLines } from './status-lines';
import { takenPorts } from './taken-ports';
import { UserError, type Terminal } from './terminal';
import { unmountBelow } from './unmount-below';

const SERVING_MILLISECONDS = 30_000;
const READY_MILLISECONDS = 120_000;
const ADDONS_MILLISECONDS = 180_000;

export interface LauncherDeps {
  readonly folder: ClusterFolder;
  readonly machine: Machine;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Starts the supervisor of the cluster, which outlives this process; its environment carries `processMark`. */
  readonly startSupervisor: () => void;
  readonly removeNodeTraces: RemoveNodeTraces;
  /** The kubeconfig that gets the context. */
  readonly userKubeconfig: string;
}

export interface UpOptions extends Wishes {
  /** Whether to wait for the nodes and the addons; the apiserver is waited for in any case. */
  readonly wait: boolean;
}

/** Starts, stops and shows a cluster on this machine. Every method may be interrupted, by a kill too, and called again. */
export class Launcher {
  readonly #deps: LauncherDeps;

  constructor(deps: LauncherDeps) {
    this.#deps = deps;
  }

  /** Starts the cluster, or resumes the one that is there. @throws UserError, one line for the user to mend */
  async up({ wait, ...wishes }: UpOptions): Promise<void> {
    const { clock, folder } = this.#deps;
    await mkdir(folder.home, { recursive: true, mode: 0o700 });
    const settings = await withHomeLock(folder.home, () => this.#start(wishes));
    const { kubeconfigs } = await this.pki(settings);
    await withAdmin(kubeconfigs.admin, clock, (client) => this.#waitFor(client, settings, { wait, adminKubeconfig: kubeconfigs.admin }));
    this.#sayHowToGoOn(settings);
  }

  /** Stops every daemon and the containers of the nodes; with `remove`, leaves no trace. */
  async down(options: { readonly remove: boolean }): Promise<void> {
    const { folder, terminal } = this.#deps;
    if (!existsSync(folder.home)) {
      terminal.say('There is no cluster.');
      return;
    }
    await withHomeLock(folder.home, () => this.#stop(options));
  }

  /** A line for each daemon. */
  async status(): Promise<void> {
    const { clock, folder, terminal } = this.#deps;
    for (const line of statusLines(await readState(folder), clusterProcesses(folder.home), clock.now())) terminal.say(line);
  }

  /** Looks whether this machine is fit for a cluster, and says what to do where it is not. @returns whether `up` would work */
  async doctor(): Promise<boolean> {
    return doctor(this.#deps);
  }

  /** The certificates and kubeconfigs, made as far as they are missing. */
  pki(settings: ClusterSettings): Promise<ClusterPki> {
    return ensurePki(this.#deps.folder, settings, this.#deps.clock);
  }

  /** Invariant: the lock of the home is held, and the supervisor runs when this resolves. */
  async #start(wishes: Wishes): Promise<ClusterSettings> {
    const { clock, folder, startSupervisor, terminal } = this.#deps;
    const running = clusterProcesses(folder.home);
    if (isSupervised(running)) {
      const settings = await this.#settings();
      refuseOther(wishes, settings, folder);
      terminal.say('The cluster is running already.');
      return settings;
    }
    if (running.length > 0) {
      terminal.say('Ending what an earlier run has left; containers run on ...');
      refuseSurvivors(await endProcesses(folder.home, clock));
    }
    const settings = await settle(wishes, this.#deps);
    await this.#checkPorts(daemonSpecs({ folder, settings, pki: await this.pki(settings) }));
    startSupervisor();
    return settings;
  }

  async #waitFor(
    client: ApiClient,
    settings: ClusterSettings,
    { adminKubeconfig, wait }: { readonly wait: boolean; readonly adminKubeconfig: string },
  ): Promise<void> {
    const { clock, terminal, userKubeconfig } = this.#deps;
    const { nodes } = settings;
    const deadline = (milliseconds: number): Parameters<typeof untilServing>[1] => ({
      clock,
      milliseconds,
      check: () => this.#checkSupervisor(),
    });
    if (!(await untilServing(client, deadline(SERVING_MILLISECONDS)))) throw this.#late('the apiserver did not become ready');
    terminal.say('The API server is ready.');
    await addContext(userKubeconfig, adminKubeconfig);
    if (!wait) return;
    if (!(await untilNodesReady(client, nodes, deadline(READY_MILLISECONDS)))) throw this.#late('not all nodes became Ready');
    terminal.say(nodes === 1 ? 'The node is Ready.' : `All ${nodes} nodes are Ready.`);
    const addons = await untilAddonsReady(client, addonsOf(settings), deadline(ADDONS_MILLISECONDS));
    if (addons === undefined) throw this.#late('not all addons in kube-system became ready');
    if (addons > 0) terminal.say(addons === 1 ? 'The addon is ready.' : `All ${addons} addons are ready.`);
  }

  /** Invariant: the lock of the home is held. */
  async #stop({ remove }: { readonly remove: boolean }): Promise<void> {
    const { clock, folder, removeNodeTraces, terminal, userKubeconfig } = this.#deps;
    const wasRunning = clusterProcesses(folder.home).length > 0;
    refuseSurvivors(await endProcesses(folder.home, clock));
    await removeNodeTraces(dockerNodes(folder), { network: remove });
    if (!remove) {
      terminal.say(wasRunning ? 'The cluster is stopped; its data is kept.' : 'The cluster was not running.');
      return;
    }
    await removeContext(userKubeconfig);
    await unmountBelow(folder.home);
    await rm(folder.home, { recursive: true, force: true });
    terminal.say(`${wasRunning ? 'The cluster is stopped. ' : ''}Deleted ${folder.home} and the context keelson.`);
  }

  async #settings(): Promise<ClusterSettings> {
    const settings = await readSettings(this.#deps.folder);
    if (settings === undefined) throw new UserError('there is no cluster; keelson up makes one');
    return settings;
  }

  async #checkPorts(specs: readonly DaemonSpec[]): Promise<void> {
    const [taken] = await takenPorts(this.#deps.machine, specs);
    if (taken !== undefined) throw new UserError(`${taken}; end it and try again`);
  }

  /** @throws UserError with the supervisor's last words, if it has ended */
  #checkSupervisor(): void {
    const { folder } = this.#deps;
    if (isSupervised(clusterProcesses(folder.home))) return;
    const log = folder.logFile('keelson');
    throw new UserError(`the cluster's supervisor has ended; the last line of ${log} is: ${lastLine(log) ?? '(none)'}`);
  }

  #late(what: string): UserError {
    return new UserError(
      `${what} in time; keelson status shows what runs, keelson logs NAME what it says (${this.#deps.folder.home}/logs)`,
    );
  }

  #sayHowToGoOn({ nodes, oneProcess, runtime }: ClusterSettings): void {
    const { terminal, userKubeconfig } = this.#deps;
    const what = runtime === 'docker' ? 'real containers' : `simulated${oneProcess ? ', all in one process' : ''}`;
    terminal.say(`The cluster is up: ${nodes} node(s), ${what}. The context keelson is in ${userKubeconfig}. Try:`);
    for (const line of ['kubectl get nodes', 'kubectl get pods -A', 'kubectl create deployment web --image=nginx'])
      terminal.say(`  ${line}`);
  }
}

const isSupervised = (processes: readonly ClusterProcess[]): boolean => processes.some(({ name }) => name === SUPERVISOR);

function refuseSurvivors(processes: readonly ClusterProcess[]): void {
  if (processes.length === 0) return;
  const who = processes.map(({ identity, name }) => `${name} (pid ${identity.pid})`).join(', ');
  throw new UserError(`could not be ended: ${who}; if another user started them, run the same command as that user`);
}
