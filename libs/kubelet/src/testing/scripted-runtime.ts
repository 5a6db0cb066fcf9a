import { PassThrough, type Duplex } from 'node:stream';
import type {
  Container,
  ContainerConfig,
  ContainerRuntime,
  ContainerStats,
  ExecOptions,
  Image,
  RegistryCredentials,
  RuntimeEvent,
  Sandbox,
  SandboxConfig,
} from '@keelson/container-runtime';
import type { Clock } from '@keelson/apimachinery';

/**
 * A container runtime that exists in memory: containers run until a test ends them with {@link ScriptedRuntime.exit} or the kubelet
 * stops them. `calls` tells in order what was asked of it.
 */
export class ScriptedRuntime implements ContainerRuntime {
  readonly name = 'docker';
  readonly logFormat = 'docker-json';
  readonly capabilities = { processes: true, images: true, logRotation: 'runtime' } as const;
  readonly calls: string[] = [];
  readonly configs = new Map<string, ContainerConfig>();
  readonly presentImages = new Set<string>();
  /** What a node tells of in its status. */
  readonly listedImages: Image[] = [];
  /** What the next calls fail with, by method. */
  readonly failures = new Map<string, Error[]>();
  /** Containers that ignore being asked to stop; they die only by a timeout of 0. */
  readonly stubborn = new Set<string>();
  onExec: (command: readonly string[], options: ExecOptions) => Promise<number> = () => Promise.resolve(0);
  onRunSandbox: (config: SandboxConfig) => void = () => undefined;
  onPull: (reference: string, credentials: RegistryCredentials | undefined) => Promise<void> = () => Promise.resolve();
  readonly #clock: Clock;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #containers = new Map<string, Container>();
  readonly #stops = new Map<string, () => void>();
  readonly #listeners = new Set<(event: RuntimeEvent | undefined) => void>();
  #next = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  exit(name: string, exitCode: number): void {
    const running = [...this.#containers.values()].find((candidate) => candidate.name === name && candidate.state === 'running');
    if (running === undefined) throw new Error(`no container ${name} runs`);
    this.#end(running.id, exitCode);
  }

  killSandbox(): void {
    for (const [id, sandbox] of this.#sandboxes) {
      this.#sandboxes.set(id, { ...sandbox, state: 'not-ready', ips: [] });
      for (const { id: containerId, sandboxId, state } of this.#containers.values())
        if (sandboxId === id && state === 'running') this.#end(containerId, 137);
      this.tell({ podUid: sandbox.pod.uid, containerId: id, type: 'exited' });
    }
  }

  running(): string[] {
    return [...this.#containers.values()].filter(({ state }) => state === 'running').map(({ name }) => name);
  }

  version() {
    return Promise.resolve({ runtimeName: 'docker', runtimeVersion: '27.0', apiVersion: '1.47' });
  }

  async cgroupDriver() {
    return 'cgroupfs' as const;
  }

  async setPodCIDR(podCIDR: string) {
    this.calls.push(`setPodCIDR ${podCIDR}`);
  }

  async check() {
    this.#fail('check');
  }

  async runSandbox(config: SandboxConfig) {
    this.calls.push(`runSandbox ${config.attempt}`);
    this.#fail('runSandbox');
    this.onRunSandbox(config);
    const id = `sandbox-${this.#next++}`;
    const ips = config.linux.hostNetwork ? [] : ['10.0.0.5'];
    const { pod, attempt, labels, annotations } = config;
    this.#sandboxes.set(id, { id, pod, attempt, state: 'ready', createdAt: this.#clock.now(), ips, labels, annotations });
    return id;
  }

  async stopSandbox(id: string) {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox?.state !== 'ready') return;
    this.calls.push(`stopSandbox ${sandbox.attempt}`);
    this.#sandboxes.set(id, { ...sandbox, state: 'not-ready', ips: [] });
  }

  async removeSandbox(id: string) {
    this.calls.push(`removeSandbox`);
    this.#sandboxes.delete(id);
    for (const [containerId, { sandboxId }] of this.#containers) if (sandboxId === id) this.#containers.delete(containerId);
  }

  async sandboxes({ podUid }: { podUid?: string } = {}) {
    return [...this.#sandboxes.values()].filter(({ pod }) => podUid === undefined || pod.uid === podUid);
  }

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig) {
    this.calls.push(`create ${config.name} ${config.attempt}`);
    this.#fail('createContainer');
    const id = `${config.name}-${this.#next++}`;
    this.configs.set(config.name, config);
    const { name, attempt, image, labels, annotations, logPath } = config;
    const common = { id, sandboxId, pod: sandbox.pod, name, attempt, image, imageId: `sha256:${image}`, labels, annotations };
    this.#containers.set(id, { ...common, state: 'created', createdAt: this.#clock.now(), logPath: `${sandbox.logDirectory}/${logPath}` });
    return id;
  }

  async startContainer(id: string) {
    this.#fail('startContainer');
    const container = this.#containers.get(id)!;
    this.calls.push(`start ${container.name}`);
    this.#containers.set(id, { ...container, state: 'running', startedAt: this.#clock.now() });
    this.tell({ podUid: container.pod.uid, containerId: id, type: 'started' });
  }

  async stopContainer(id: string, timeoutSeconds: number) {
    const container = this.#containers.get(id);
    if (container?.state !== 'running') return;
    this.calls.push(`stop ${container.name} ${timeoutSeconds}`);
    this.#fail('stopContainer');
    if (!this.stubborn.has(container.name)) this.#end(id, 143);
    else if (timeoutSeconds === 0) this.#end(id, 137);
    else
      await new Promise<void>((resolve) => {
        this.#stops.set(id, resolve);
        this.#clock.setTimeout(() => this.#end(id, 137), timeoutSeconds * 1000);
      });
  }

  async removeContainer(id: string) {
    this.#containers.delete(id);
  }

  async containers({ podUid, sandboxId }: { podUid?: string; sandboxId?: string } = {}) {
    return [...this.#containers.values()].filter(
      (candidate) =>
        (podUid === undefined || candidate.pod.uid === podUid) && (sandboxId === undefined || candidate.sandboxId === sandboxId),
    );
  }

  async updateContainerResources() {
    this.#fail('updateContainerResources');
  }

  exec(_id: string, options: ExecOptions) {
    this.calls.push(`exec ${options.command.join(' ')}`);
    return this.onExec(options.command, options);
  }

  async attach() {
    this.#fail('attach');
  }

  async portForward(): Promise<Duplex> {
    return new PassThrough();
  }

  async reopenLog() {
    this.#fail('reopenLog');
  }

  async image(reference: string): Promise<Image | undefined> {
    if (!this.presentImages.has(reference)) return undefined;
    return { id: `sha256:${reference}`, tags: [reference], digests: [], sizeBytes: 1234, user: '' };
  }

  async images() {
    return [...this.listedImages];
  }

  async pullImage(reference: string, credentials: RegistryCredentials | undefined) {
    this.calls.push(`pull ${reference}`);
    await this.onPull(reference, credentials);
    this.presentImages.add(reference);
    return `sha256:${reference}`;
  }

  async removeImage(reference: string) {
    this.presentImages.delete(reference);
  }

  async stats(): Promise<ReadonlyMap<string, ContainerStats>> {
    return new Map();
  }

  async watch(listener: (event: RuntimeEvent | undefined) => void, signal: AbortSignal) {
    this.#listeners.add(listener);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    this.#listeners.delete(listener);
  }

  #end(id: string, exitCode: number): void {
    const container = this.#containers.get(id);
    if (container?.state !== 'running') return;
    this.#containers.set(id, {
      ...container,
      state: 'exited',
      exitCode,
      finishedAt: this.#clock.now(),
      reason: exitCode === 0 ? 'Completed' : 'Error',
    });
    this.#stops.get(id)?.();
    this.#stops.delete(id);
    this.tell({ podUid: container.pod.uid, containerId: id, type: 'exited' });
  }

  tell(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #fail(method: string): void {
    const failure = this.failures.get(method)?.shift();
    if (failure !== undefined) throw failure;
  }
}
