import type Docker from 'dockerode';
import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { Duplex } from 'node:stream';
import type {
  AttachOptions,
  Container,
  ContainerConfig,
  ContainerResources,
  ContainerRuntime,
  ContainerStats,
  ExecOptions,
  Image,
  RegistryCredentials,
  RuntimeCapabilities,
  RuntimeEvent,
  Sandbox,
  SandboxConfig,
} from '../container-runtime';
import { NotFound, NotRunning } from '../runtime-errors';
import { Engine } from './engine';
import { EngineContainers } from './engine-containers';
import { callEngine, isNotFound } from './engine-errors';
import { watchEngine } from './engine-events';
import { EngineImages } from './engine-images';
import { EngineSandboxes } from './engine-sandboxes';
import { attachToContainer, execInContainer } from './exec';
import { dialInNamespace } from './namespace-socket';
import type { PodNetworkOptions } from './pod-network';

export interface DockerRuntimeOptions {
  /** The node's name, unique among all kubelets on this engine: a runtime sees only what was made under its own. */
  readonly node: string;
  /** The engine. */
  readonly docker: Docker;
  /** Absent: Docker's default bridge, with addresses as Docker gives them. */
  readonly network?: PodNetworkOptions;
  /** The node's resolver configuration, for pods without one of their own. */
  readonly resolvConf?: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Pods on the Docker Engine. Names, labels and log paths are those of cri-dockerd, so that tools made for it go on working. */
export class DockerRuntime implements ContainerRuntime {
  readonly name = 'docker';
  readonly logFormat = 'docker-json';
  readonly capabilities: RuntimeCapabilities = { processes: true, images: true, logRotation: 'runtime' };
  readonly #engine: Engine;
  readonly #images: EngineImages;
  readonly #sandboxes: EngineSandboxes;
  readonly #containers: EngineContainers;

  constructor(options: DockerRuntimeOptions) {
    const { docker, node, clock, log, network, resolvConf = '/etc/resolv.conf' } = options;
    this.#engine = new Engine({ docker, node, clock, log });
    this.#images = new EngineImages(docker);
    this.#sandboxes = new EngineSandboxes({ engine: this.#engine, images: this.#images, network, resolvConf });
    this.#containers = new EngineContainers(this.#engine, this.#images);
  }

  async version(): Promise<{ readonly runtimeName: string; readonly runtimeVersion: string; readonly apiVersion: string }> {
    const { Version: runtimeVersion, ApiVersion: apiVersion } = await callEngine(() => this.#engine.docker.version());
    return { runtimeName: 'docker', runtimeVersion, apiVersion };
  }

  async check(): Promise<void> {
    await callEngine(() => this.#engine.docker.ping());
    await this.#sandboxes.checkNetwork();
  }

  cgroupDriver(): Promise<'cgroupfs' | 'systemd'> {
    return this.#engine.cgroupDriver();
  }

  setPodCIDR(podCIDR: string): Promise<void> {
    return this.#sandboxes.setPodCIDR(podCIDR);
  }

  runSandbox(config: SandboxConfig): Promise<string> {
    return this.#sandboxes.run(config);
  }

  stopSandbox(id: string): Promise<void> {
    return this.#sandboxes.stop(id);
  }

  async removeSandbox(id: string): Promise<void> {
    const members = await this.#containers.list({ sandboxId: id });
    await Promise.all(members.map((member) => this.#containers.remove(member.id)));
    await this.#sandboxes.remove(id);
  }

  sandboxes(filter: { readonly podUid?: string } = {}): Promise<readonly Sandbox[]> {
    return this.#sandboxes.list(filter.podUid);
  }

  createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    return this.#containers.create(sandboxId, config, sandbox);
  }

  startContainer(id: string): Promise<void> {
    return this.#containers.start(id);
  }

  stopContainer(id: string, timeoutSeconds: number): Promise<void> {
    return this.#containers.stop(id, timeoutSeconds);
  }

  removeContainer(id: string): Promise<void> {
    return this.#containers.remove(id);
  }

  containers(filter: { readonly podUid?: string; readonly sandboxId?: string } = {}): Promise<readonly Container[]> {
    return this.#containers.list(filter);
  }

  updateContainerResources(id: string, resources: ContainerResources): Promise<void> {
    return this.#containers.updateResources(id, resources);
  }

  exec(id: string, options: ExecOptions): Promise<number> {
    return execInContainer(this.#engine.docker, id, { ...options, clock: this.#engine.clock });
  }

  attach(id: string, options: AttachOptions): Promise<void> {
    return attachToContainer(this.#engine.docker, id, { ...options, clock: this.#engine.clock });
  }

  async portForward(sandboxId: string, port: number): Promise<Duplex> {
    return dialInNamespace(await this.#pidOf(sandboxId), port);
  }

  /** Docker rotates its logs by itself, and a log moved away under it would be lost. */
  reopenLog(): Promise<void> {
    return Promise.resolve();
  }

  image(reference: string): Promise<Image | undefined> {
    return this.#images.get(reference);
  }

  images(): Promise<readonly Image[]> {
    return this.#images.list();
  }

  pullImage(reference: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<string> {
    return this.#images.pull(reference, credentials, signal);
  }

  removeImage(reference: string): Promise<void> {
    return this.#images.remove(reference);
  }

  stats(filter: { readonly podUid?: string } = {}): Promise<ReadonlyMap<string, ContainerStats>> {
    return this.#containers.stats(filter);
  }

  watch(listener: (event: RuntimeEvent | undefined) => void, signal: AbortSignal): Promise<void> {
    return watchEngine(this.#engine, listener, signal);
  }

  async #pidOf(sandboxId: string): Promise<number> {
    try {
      const { State: state } = await callEngine(() => this.#engine.docker.getContainer(sandboxId).inspect());
      if (!state.Running) throw new NotRunning(`sandbox ${sandboxId} is not running`);
      return state.Pid;
    } catch (error) {
      if (isNotFound(error)) throw new NotFound(`no such sandbox: ${sandboxId}`, { cause: error });
      throw error;
    }
  }
}
