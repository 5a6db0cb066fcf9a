import type { ContainerCreateOptions, Container as DockerContainer } from 'dockerode';
import { readFile, writeFile } from 'node:fs/promises';
import { AddressPool, firstAddress } from '../address-pool';
import type { Sandbox, SandboxConfig } from '../container-runtime';
import { SANDBOX_OOM_SCORE, sandboxSpec, type SandboxNetwork, type Surroundings } from './container-spec';
import { sandboxOf } from './container-state';
import type { Engine } from './engine';
import { callEngine, engineMessage, isConflict, unlessGone } from './engine-errors';
import type { EngineImages } from './engine-images';
import { LABEL, SANDBOX_TYPE } from './names';
import { enableHairpin, ensurePodNetwork, type PodNetworkOptions } from './pod-network';
import { resolvConf } from './resolv-conf';

/** How often a start is tried again for a reason that the next try avoids. */
const TRIES = 10;
const STOP_SECONDS = 1;

export interface SandboxesOptions {
  readonly engine: Engine;
  readonly images: EngineImages;
  readonly network: PodNetworkOptions | undefined;
  /** The node's resolver configuration. */
  readonly resolvConf: string;
}

/** A pod's sandbox is a container that only pauses; it owns the network and IPC (and, if shared, PID) namespaces that the others join. */
export class EngineSandboxes {
  readonly #options: SandboxesOptions;
  /** Undefined until the node knows its podCIDR. */
  #pool: AddressPool | undefined;
  /** Addresses of the pool by sandbox, given back when it stops. */
  readonly #addresses = new Map<string, string>();
  #networkReady = false;

  constructor(options: SandboxesOptions) {
    this.#options = options;
  }

  async setPodCIDR(podCIDR: string): Promise<void> {
    const { network } = this.#options;
    if (network === undefined) return;
    const pool = new AddressPool(podCIDR, [firstAddress(network.subnet)]);
    for (const sandbox of await this.list()) {
      if (sandbox.state !== 'ready') continue;
      for (const address of sandbox.ips) {
        pool.claim(address);
        this.#addresses.set(sandbox.id, address);
      }
    }
    this.#pool = pool;
    await this.checkNetwork();
  }

  /** @throws Error if pods can't get a network, with what is missing */
  async checkNetwork(): Promise<void> {
    const { network, engine } = this.#options;
    if (network === undefined || this.#networkReady) return;
    if (this.#pool === undefined) throw new Error('pod network not ready: the node has no podCIDR yet');
    await ensurePodNetwork(engine.docker, network);
    this.#networkReady = true;
  }

  async run(config: SandboxConfig): Promise<string> {
    const { engine } = this.#options;
    const image = await this.#options.images.ensurePause();
    for (let tries = 1; ; tries += 1) {
      const network = await this.#networkFor(config);
      const around = await engine.surroundings();
      try {
        const id = await this.#start(sandboxSpec(config, image, network, around), config);
        if (engine.negativeOomScores === undefined) engine.learnNegativeOomScores(true);
        if ('address' in network) this.#addresses.set(id, network.address);
        return id;
      } catch (error) {
        const retry = tries < TRIES && this.#learnFrom(error, around);
        // An address that another container turned out to have stays taken.
        if ('address' in network && !isAddressInUse(error)) this.#pool?.release(network.address);
        if (!retry) throw error;
      }
    }
  }

  async stop(id: string): Promise<void> {
    const { docker } = this.#options.engine;
    const members = await callEngine(() => docker.listContainers({ filters: { label: [`${LABEL.sandboxId}=${id}`] } }));
    await Promise.all(members.map((member) => unlessGone(() => docker.getContainer(member.Id).stop({ t: 0 }))));
    await unlessGone(() => docker.getContainer(id).stop({ t: STOP_SECONDS }));
    this.#release(id);
  }

  /** Removes the sandbox itself; its containers are gone already. */
  async remove(id: string): Promise<void> {
    await unlessGone(() => this.#options.engine.docker.getContainer(id).remove({ force: true, v: true }));
    this.#release(id);
  }

  async list(podUid?: string): Promise<readonly Sandbox[]> {
    const { docker, node } = this.#options.engine;
    const label = [`${LABEL.node}=${node}`, `${LABEL.type}=${SANDBOX_TYPE}`];
    if (podUid !== undefined) label.push(`${LABEL.podUid}=${podUid}`);
    return (await callEngine(() => docker.listContainers({ all: true, filters: { label } }))).map(sandboxOf);
  }

  async #networkFor({ linux }: SandboxConfig): Promise<SandboxNetwork> {
    const { network } = this.#options;
    if (network === undefined || linux.hostNetwork) return { name: 'bridge' };
    await this.checkNetwork();
    if (this.#pool === undefined) throw new Error('pod network not ready: the node has no podCIDR yet');
    return { name: network.name, address: this.#pool.take() };
  }

  async #start(spec: ContainerCreateOptions, config: SandboxConfig): Promise<string> {
    const container = await createReplacing(this.#options.engine, spec);
    try {
      await callEngine(() => container.start());
      const { network } = this.#options;
      if (network !== undefined && !config.linux.hostNetwork) await enableHairpin(network);
      await this.#writeResolvConf(container, config);
      return container.id;
    } catch (error) {
      await unlessGone(() => container.remove({ force: true, v: true }));
      throw error;
    }
  }

  /** Docker offers its own resolver on any network but the default one; the file it mounts into every container of the sandbox is ours to write. */
  async #writeResolvConf(container: DockerContainer, config: SandboxConfig): Promise<void> {
    if (config.dns === undefined && config.linux.hostNetwork) return;
    const { ResolvConfPath: path } = await callEngine(() => container.inspect());
    const text = config.dns === undefined ? await readFile(this.#options.resolvConf, 'utf8') : resolvConf(config.dns);
    await writeFile(path, text);
  }

  /**
   * @param around as of the try that failed: a sandbox started at the same time may have learnt the same meanwhile
   * @returns whether another try can succeed
   */
  #learnFrom(error: unknown, around: Surroundings): boolean {
    if (isAddressInUse(error)) return true;
    if (!around.negativeOomScores || !isOomScoreRefusal(error)) return false;
    this.#options.engine.learnNegativeOomScores(false);
    return true;
  }

  #release(id: string): void {
    const address = this.#addresses.get(id);
    if (address === undefined) return;
    this.#addresses.delete(id);
    this.#pool?.release(address);
  }
}

/** Creates a container. One that has its name is what a crash between creating and recording left behind: it goes. */
export async function createReplacing({ docker }: Engine, spec: ContainerCreateOptions): Promise<DockerContainer> {
  try {
    return await callEngine(() => docker.createContainer({ ...spec }));
  } catch (error) {
    if (!isConflict(error) || spec.name === undefined) throw error;
    await unlessGone(() => docker.getContainer(spec.name ?? '').remove({ force: true, v: true }));
    return callEngine(() => docker.createContainer({ ...spec }));
  }
}

/** Whether the engine could lower OOM scores when it started this sandbox, for a kubelet that adopts it. */
export async function sandboxHasNegativeOomScore({ docker }: Engine, id: string): Promise<boolean> {
  const info = await callEngine(() => docker.getContainer(id).inspect());
  return info.HostConfig.OomScoreAdj === SANDBOX_OOM_SCORE;
}

const isAddressInUse = (error: unknown): boolean =>
  /address already in use/i.test(engineMessage(error)) && !/port|bind/i.test(engineMessage(error));

/** What runc says when writing oom_score_adj is denied, in its releases up to 1.1 and after. */
const isOomScoreRefusal = (error: unknown): boolean => /final child's PID from pipe|oom_score_adj/i.test(engineMessage(error));
