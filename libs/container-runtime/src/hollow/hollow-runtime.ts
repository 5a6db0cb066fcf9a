import { createHash } from 'node:crypto';
import type { Clock } from '@keelson/apimachinery';
import { AddressPool } from '../address-pool';
import type {
  Container,
  ContainerConfig,
  ContainerRuntime,
  ContainerStats,
  Image,
  RuntimeCapabilities,
  RuntimeEvent,
  Sandbox,
  SandboxConfig,
} from '../container-runtime';
import { ImagePullError, NotFound, NotSupported } from '../runtime-errors';
import { endOfCommand } from './command-end';
import { scriptOf, type ScriptedEnd } from './scripted-end';

const NO_POD_NETWORK = 'pod network not ready: the node has no podCIDR yet';

/** 128 + SIGTERM: how a process ends that is told to stop. */
const STOPPED_EXIT_CODE = 143;

export interface HollowRuntimeOptions {
  /** Goes into container and sandbox ids, so that they differ between the nodes of one process. */
  readonly node: string;
  readonly clock: Clock;
}

interface HollowSandbox {
  readonly config: SandboxConfig;
  sandbox: Sandbox;
}

/**
 * Simulated pods, for nodes by the thousand: a container is a record that runs from its start until it is told to stop, as in upstream's
 * kubemark. The annotations of {@link scriptOf}, or a command that {@link endOfCommand} understands, let a pod's containers end by themselves.
 * All images are there but those tagged `404` or `non-existent`. All of it is in memory: a new instance is an empty node.
 */
export class HollowRuntime implements ContainerRuntime {
  readonly name = 'hollow';
  readonly logFormat = 'cri';
  readonly capabilities: RuntimeCapabilities = { processes: false, images: false, logRotation: 'kubelet' };
  readonly #node: string;
  readonly #clock: Clock;
  /** Goes into every id, so that no two runtimes of one node give the same. */
  readonly #openedAt: number;
  readonly #sandboxes = new Map<string, HollowSandbox>();
  /** In order of creation; each belongs to a sandbox of `#sandboxes`. */
  readonly #containers = new Map<string, Container>();
  /** Of the containers that are created and have not started yet. */
  readonly #configs = new Map<string, ContainerConfig>();
  /** By pod: the files that its containers' commands have made. They go with its last sandbox. */
  readonly #files = new Map<string, Set<string>>();
  /** Cancels the end that a running container's script has set. */
  readonly #ends = new Map<string, () => void>();
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();
  /** Undefined until the node knows its podCIDR. */
  #pool: AddressPool | undefined;
  #created = 0;

  constructor({ node, clock }: HollowRuntimeOptions) {
    this.#node = node;
    this.#clock = clock;
    this.#openedAt = clock.now();
  }

  version(): Promise<{ readonly runtimeName: string; readonly runtimeVersion: string; readonly apiVersion: string }> {
    return Promise.resolve({ runtimeName: 'hollow', runtimeVersion: '1.0.0', apiVersion: '1.0.0' });
  }

  check(): Promise<void> {
    return this.#pool === undefined ? Promise.reject(new Error(NO_POD_NETWORK)) : Promise.resolve();
  }

  cgroupDriver(): Promise<'cgroupfs'> {
    return Promise.resolve('cgroupfs');
  }

  async setPodCIDR(podCIDR: string): Promise<void> {
    const pool = new AddressPool(podCIDR);
    for (const { sandbox } of this.#sandboxes.values()) for (const address of sandbox.ips) pool.claim(address);
    this.#pool = pool;
    return Promise.resolve();
  }

  async runSandbox(config: SandboxConfig): Promise<string> {
    const ips = config.linux.hostNetwork ? [] : [this.#takeAddress()];
    const { pod, attempt, labels, annotations } = config;
    const id = this.#newId();
    this.#sandboxes.set(id, {
      config,
      sandbox: { id, pod, attempt, state: 'ready', createdAt: this.#clock.now(), ips, labels, annotations },
    });
    return Promise.resolve(id);
  }

  async stopSandbox(id: string): Promise<void> {
    const entry = this.#sandboxes.get(id);
    if (entry?.sandbox.state !== 'ready') return Promise.resolve();
    for (const container of this.#membersOf(id)) this.#end(container.id, STOPPED_EXIT_CODE);
    for (const address of entry.sandbox.ips) this.#pool?.release(address);
    entry.sandbox = { ...entry.sandbox, state: 'not-ready', ips: [] };
    return Promise.resolve();
  }

  async removeSandbox(id: string): Promise<void> {
    await this.stopSandbox(id);
    for (const container of this.#membersOf(id)) await this.removeContainer(container.id);
    const uid = this.#sandboxes.get(id)?.config.pod.uid;
    this.#sandboxes.delete(id);
    if (uid !== undefined && ![...this.#sandboxes.values()].some(({ config }) => config.pod.uid === uid)) this.#files.delete(uid);
  }

  sandboxes(filter: { readonly podUid?: string } = {}): Promise<readonly Sandbox[]> {
    const all = [...this.#sandboxes.values()].map(({ sandbox }) => sandbox);
    return Promise.resolve(all.filter(({ pod }) => filter.podUid === undefined || pod.uid === filter.podUid));
  }

  createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    if (!this.#sandboxes.has(sandboxId)) return Promise.reject(new NotFound(`no such sandbox: ${sandboxId}`));
    const id = this.#newId();
    const { name, attempt, image, labels, annotations } = config;
    this.#configs.set(id, config);
    this.#containers.set(id, {
      ...{ id, sandboxId, pod: sandbox.pod, name, attempt, image, labels, annotations },
      imageId: hollowImage(image).id,
      state: 'created',
      createdAt: this.#clock.now(),
      logPath: `${sandbox.logDirectory}/${config.logPath}`,
    });
    return Promise.resolve(id);
  }

  async startContainer(id: string): Promise<void> {
    const container = this.#containers.get(id);
    if (container === undefined) throw new NotFound(`no such container: ${id}`);
    if (container.state !== 'created') return Promise.resolve();
    const script = this.#endOf(container);
    this.#configs.delete(id);
    this.#containers.set(id, { ...container, state: 'running', startedAt: this.#clock.now() });
    this.#tell(container, 'started');
    if (script !== undefined)
      this.#ends.set(
        id,
        this.#clock.setTimeout(() => this.#end(id, script.exitCode), script.runMilliseconds),
      );
  }

  stopContainer(id: string): Promise<void> {
    this.#end(id, STOPPED_EXIT_CODE);
    return Promise.resolve();
  }

  removeContainer(id: string): Promise<void> {
    this.#end(id, STOPPED_EXIT_CODE);
    const container = this.#containers.get(id);
    if (container !== undefined) {
      this.#containers.delete(id);
      this.#configs.delete(id);
      this.#tell(container, 'removed');
    }
    return Promise.resolve();
  }

  containers(filter: { readonly podUid?: string; readonly sandboxId?: string } = {}): Promise<readonly Container[]> {
    return Promise.resolve(
      [...this.#containers.values()].filter(
        ({ pod, sandboxId }) =>
          (filter.podUid === undefined || pod.uid === filter.podUid) && (filter.sandboxId === undefined || sandboxId === filter.sandboxId),
      ),
    );
  }

  updateContainerResources(id: string): Promise<void> {
    return this.#containers.has(id) ? Promise.resolve() : Promise.reject(new NotFound(`no such container: ${id}`));
  }

  exec(): Promise<never> {
    return this.#refuse('exec');
  }

  attach(): Promise<never> {
    return this.#refuse('attach');
  }

  portForward(): Promise<never> {
    return this.#refuse('port-forward');
  }

  reopenLog(): Promise<void> {
    return Promise.resolve();
  }

  image(reference: string): Promise<Image | undefined> {
    return Promise.resolve(MISSING_IMAGE.test(reference) ? undefined : hollowImage(reference));
  }

  images(): Promise<readonly Image[]> {
    return Promise.resolve([...new Set([...this.#containers.values()].map(({ image }) => image))].map(hollowImage));
  }

  pullImage(reference: string): Promise<string> {
    if (MISSING_IMAGE.test(reference)) return Promise.reject(new ImagePullError(reference, 'not found'));
    return Promise.resolve(hollowImage(reference).id);
  }

  removeImage(): Promise<void> {
    return Promise.resolve();
  }

  /** Of what doesn't exist, nothing is used. */
  stats(filter: { readonly podUid?: string } = {}): Promise<ReadonlyMap<string, ContainerStats>> {
    const timestamp = this.#clock.now();
    const stats = new Map<string, ContainerStats>();
    for (const { id, pod, state } of this.#containers.values())
      if (state === 'running' && (filter.podUid === undefined || pod.uid === filter.podUid))
        stats.set(id, { cpuNanoseconds: 0, memoryWorkingSetBytes: 0, memoryUsageBytes: 0, timestamp });
    return Promise.resolve(stats);
  }

  watch(listener: (event: RuntimeEvent | undefined) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    this.#listeners.add(listener);
    listener(undefined);
    return new Promise((resolve) => {
      signal.addEventListener(
        'abort',
        () => {
          this.#listeners.delete(listener);
          resolve();
        },
        { once: true },
      );
    });
  }

  /** What the pod's annotations say goes before what the container's command does. @throws ContainerStartError as {@link scriptOf} */
  #endOf({ id, pod, sandboxId }: Container): ScriptedEnd | undefined {
    const scripted = scriptOf(this.#sandboxes.get(sandboxId)?.config.annotations ?? {});
    const config = this.#configs.get(id);
    if (scripted !== undefined || config === undefined) return scripted;
    const files = this.#files.get(pod.uid) ?? new Set();
    const end = endOfCommand(config, { files, now: this.#clock.now() });
    if (files.size > 0) this.#files.set(pod.uid, files);
    return end;
  }

  #end(id: string, exitCode: number): void {
    this.#ends.get(id)?.();
    this.#ends.delete(id);
    const container = this.#containers.get(id);
    if (container?.state !== 'running') return;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    this.#containers.set(id, { ...container, state: 'exited', exitCode, reason, finishedAt: this.#clock.now() });
    this.#tell(container, 'exited');
  }

  #tell({ id, pod }: Container, type: RuntimeEvent['type']): void {
    for (const listener of this.#listeners) listener({ type, containerId: id, podUid: pod.uid });
  }

  #membersOf(sandboxId: string): readonly Container[] {
    return [...this.#containers.values()].filter((container) => container.sandboxId === sandboxId);
  }

  /** @throws Error while the node has no range of addresses, or none is left of it */
  #takeAddress(): string {
    if (this.#pool === undefined) throw new Error(NO_POD_NETWORK);
    return this.#pool.take();
  }

  /** As long as those of container engines, and as meaningless. */
  #newId(): string {
    this.#created += 1;
    return createHash('sha256').update(`${this.#node}/${this.#openedAt}/${this.#created}`).digest('hex');
  }

  #refuse(what: string): Promise<never> {
    return Promise.reject(new NotSupported(`${what} is not possible on node ${this.#node}: its containers are simulated`));
  }
}

/** An image that no simulated node has and no registry knows, for trying what happens then. */
const MISSING_IMAGE = /:(?:404|non-existent)$/;

/** An image is what its reference says. */
function hollowImage(reference: string): Image {
  return { id: `hollow://${reference}`, tags: [reference], digests: [], sizeBytes: 0, user: '' };
}
