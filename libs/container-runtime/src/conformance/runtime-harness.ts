import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Container, ContainerConfig, ContainerRuntime, RuntimeCapabilities, SandboxConfig } from '../container-runtime';
import { containerConfig } from '../testing/container-config';
import { WatchedEvents } from './watched-events';

/** What an implementation's spec hands to the conformance suite. */
export interface RuntimeUnderTest {
  readonly capabilities: RuntimeCapabilities;
  /** Another instance on the same engine, as a restarted kubelet has it. */
  open(): ContainerRuntime;
  /** An image on the node with busybox as /bin/busybox and /bin/sh. */
  readonly image: string;
  /** Before all tests; and after them, to remove what they left. */
  setUp(): Promise<void>;
  tearDown(): Promise<void>;
}

/** A container that runs, in a sandbox of its own. */
export interface StartedContainer {
  readonly sandboxId: string;
  readonly id: string;
  readonly sandbox: SandboxConfig;
}

export interface ExecOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

type DeclareTest = (name: string, test: () => Promise<void>) => void;

/** In place of `it`, for what the implementation says it can't do: such a test is not skipped, there is none. */
const notHere: DeclareTest = () => undefined;

/** A runtime, and what the tests of every subject do with it. */
export class RuntimeHarness {
  readonly under: RuntimeUnderTest;
  readonly withProcesses: DeclareTest;
  readonly withoutProcesses: DeclareTest;
  readonly withImages: DeclareTest;
  /** Those that the test under way ran, in order; gone after it. */
  readonly #sandboxIds: string[] = [];
  #runtime: ContainerRuntime | undefined;
  #logs = '';
  #pods = 0;

  constructor(under: RuntimeUnderTest) {
    this.under = under;
    this.withProcesses = under.capabilities.processes ? it : notHere;
    this.withoutProcesses = under.capabilities.processes ? notHere : it;
    this.withImages = under.capabilities.images ? it : notHere;
  }

  /** @throws Error before {@link setUp} */
  get runtime(): ContainerRuntime {
    if (this.#runtime === undefined) throw new Error('the runtime is open only while tests run');
    return this.#runtime;
  }

  /** The folder of all pods' logs. */
  get logs(): string {
    return this.#logs;
  }

  async setUp(): Promise<void> {
    await this.under.setUp();
    this.#logs = mkdtempSync(join(tmpdir(), 'keelson-pods-'));
    this.#runtime = this.under.open();
  }

  async removeSandboxes(): Promise<void> {
    for (const id of this.#sandboxIds.splice(0)) {
      await this.runtime.stopSandbox(id);
      await this.runtime.removeSandbox(id);
    }
  }

  async tearDown(): Promise<void> {
    rmSync(this.#logs, { recursive: true, force: true });
    await this.under.tearDown();
  }

  /** Of a pod that there was not yet. */
  sandboxConfig(overrides: Partial<SandboxConfig> = {}): SandboxConfig {
    this.#pods += 1;
    const pod = { namespace: 'default', name: `web-${this.#pods}`, uid: `uid-${process.pid}-${this.#pods}` };
    return {
      pod,
      attempt: 0,
      hostname: pod.name,
      portMappings: [],
      labels: { app: 'web' },
      annotations: { 'example.com/note': 'kept' },
      logDirectory: join(this.#logs, `${pod.namespace}_${pod.name}_${pod.uid}`),
      linux: { hostNetwork: false, hostPID: false, hostIPC: false, shareProcessNamespace: false, sysctls: {} },
      ...overrides,
    };
  }

  /** Runs until it is stopped. */
  containerConfig(overrides: Partial<ContainerConfig> = {}): ContainerConfig {
    return containerConfig(this.under.image, {
      command: ['/bin/sh', '-c', 'trap "exit 0" TERM; while true; do sleep 0.05; done'],
      labels: { 'io.kubernetes.container.restartCount': '0' },
      annotations: { 'io.kubernetes.container.hash': 'abc' },
      ...overrides,
    });
  }

  async runSandbox(config: SandboxConfig): Promise<string> {
    const id = await this.runtime.runSandbox(config);
    this.#sandboxIds.push(id);
    return id;
  }

  async started(container: Partial<ContainerConfig> = {}, sandbox = this.sandboxConfig()): Promise<StartedContainer> {
    const sandboxId = await this.runSandbox(sandbox);
    const id = await this.runtime.createContainer(sandboxId, this.containerConfig(container), sandbox);
    await this.runtime.startContainer(id);
    return { sandboxId, id, sandbox };
  }

  /** Runs a script to its end. */
  async ran(script: string, overrides: Partial<ContainerConfig> = {}): Promise<Container> {
    const events = this.watching();
    await events.connected;
    const { id } = await this.started({ command: ['/bin/sh', '-c', script], ...overrides });
    await events.seen('exited', id);
    await events.stop();
    return this.containerOf(id);
  }

  async containerOf(id: string): Promise<Container> {
    const found = (await this.runtime.containers()).find((container) => container.id === id);
    if (found === undefined) throw new Error(`container ${id} is not listed`);
    return found;
  }

  watching(): WatchedEvents {
    return new WatchedEvents(this.runtime);
  }

  async exec(id: string, command: string[], stdin?: Readable): Promise<ExecOutcome> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const [out, err] = [text(stdout), text(stderr)];
    const signal = AbortSignal.timeout(20_000);
    const exitCode = await this.runtime.exec(id, {
      command,
      tty: false,
      stdout,
      stderr,
      signal,
      ...(stdin === undefined ? {} : { stdin }),
    });
    stdout.end();
    stderr.end();
    return { exitCode, stdout: await out, stderr: await err };
  }
}
