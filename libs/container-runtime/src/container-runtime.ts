import type { Duplex, Readable } from 'node:stream';

/** Names a pod for the runtime and labels everything it makes for it. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface PortMapping {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIP?: string;
}

export interface LinuxSandboxConfig {
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  readonly shareProcessNamespace: boolean;
  readonly sysctls: Readonly<Record<string, string>>;
  /** The cgroup that all of the pod's containers live under; the runtime's own default if absent. */
  readonly cgroupParent?: string;
}

export interface SandboxConfig {
  readonly pod: PodIdentity;
  /** Counts the sandboxes made for one pod; a pod has one at a time. */
  readonly attempt: number;
  readonly hostname: string;
  /** Absent: the node's own resolver configuration. */
  readonly dns?: { readonly servers: readonly string[]; readonly searches: readonly string[]; readonly options: readonly string[] };
  readonly portMappings: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Where the containers' logs are: `/var/log/pods/NAMESPACE_NAME_UID`. */
  readonly logDirectory: string;
  readonly linux: LinuxSandboxConfig;
}

export interface Sandbox {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly attempt: number;
  readonly state: 'ready' | 'not-ready';
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Empty while there is none, and for host network. */
  readonly ips: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Mount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
  readonly propagation?: 'private' | 'host-to-container' | 'bidirectional';
}

export interface ContainerResources {
  /** Relative CPU weight, 1024 a core; and quota and period in microseconds (quota 0: none). */
  readonly cpuShares?: number;
  readonly cpuQuota?: number;
  readonly cpuPeriod?: number;
  readonly memoryLimitBytes?: number;
  readonly oomScoreAdjust?: number;
  readonly pidsLimit?: number;
}

export interface ContainerSecurity {
  readonly privileged?: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly supplementalGroups?: readonly number[];
  readonly readOnlyRootFilesystem?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly addCapabilities?: readonly string[];
  readonly dropCapabilities?: readonly string[];
  readonly seccompProfile?: 'runtime-default' | 'unconfined';
}

export interface ContainerConfig {
  /** The container's name in the pod's spec. */
  readonly name: string;
  /** Counts the containers made under this name in this pod. */
  readonly attempt: number;
  /** An image reference or id that is present. */
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly devices: readonly { readonly hostPath: string; readonly containerPath: string; readonly permissions: string }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** File name under the sandbox's log directory, such as `web/0.log`. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: ContainerResources;
  readonly security: ContainerSecurity;
  readonly stopSignal?: string;
  /** The id of a running container of the sandbox whose process namespace it joins, if its pod's processes are not all in one anyway (CRI's NamespaceMode TARGET). */
  readonly targetId?: string;
}

export interface Container {
  readonly id: string;
  readonly sandboxId: string;
  readonly pod: PodIdentity;
  readonly name: string;
  readonly attempt: number;
  readonly state: 'created' | 'running' | 'exited' | 'unknown';
  /** As the config asked for it. */
  readonly image: string;
  readonly imageId: string;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly exitCode?: number;
  /** `Completed`, `Error`, `OOMKilled`, or the runtime's own word. */
  readonly reason?: string;
  readonly message?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The absolute path of its log on the node, in the CRI log format or, for `docker`, Docker's json-file format; see {@link ContainerRuntime.logFormat}. */
  readonly logPath: string;
}

export interface Image {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  /** The image's own user: a uid or a name; empty for root. */
  readonly user: string;
}

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
  readonly serverAddress: string;
}

export interface ExecOptions {
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin?: Readable;
  readonly stdout?: NodeJS.WritableStream;
  readonly stderr?: NodeJS.WritableStream;
  readonly resize?: AsyncIterable<TerminalSize>;
  readonly signal: AbortSignal;
}

export interface AttachOptions extends Omit<ExecOptions, 'command'> {
  readonly command?: never;
}

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

export interface ContainerStats {
  /** Cumulative nanoseconds of CPU. */
  readonly cpuNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  readonly memoryUsageBytes: number;
  readonly timestamp: number;
}

/** Something changed; look at the pod again. Level-triggered: an event may be lost, late or doubled. */
export interface RuntimeEvent {
  readonly podUid: string;
  readonly containerId: string;
  readonly type: 'started' | 'exited' | 'removed';
}

/** What a runtime can't do by its nature is said here, so that a caller needn't try. */
export interface RuntimeCapabilities {
  /** Containers are real processes: exec, attach, port-forward, logs and figures exist. Without it those methods throw {@link NotSupported}. */
  readonly processes: boolean;
  /** Images are stored, pulled and removed. Without it every image counts as present. */
  readonly images: boolean;
  /** Who keeps logs from growing without end: the runtime by itself, or the kubelet through {@link ContainerRuntime.reopenLog}. */
  readonly logRotation: 'runtime' | 'kubelet';
}

/**
 * What a node can do with containers, shaped after CRI (k8s.io/cri-api runtime/v1). Everything the runtime makes is labelled with its
 * pod and found again by a kubelet that restarts. All methods are idempotent where CRI's are: stopping or removing what is gone succeeds.
 * @throws RuntimeUnavailable from any method when the engine can't be reached
 */
export interface ContainerRuntime {
  /** `docker`, `hollow`; the scheme of container ids (`docker://...`). */
  readonly name: string;
  readonly logFormat: 'docker-json' | 'cri';
  readonly capabilities: RuntimeCapabilities;
  version(): Promise<{ readonly runtimeName: string; readonly runtimeVersion: string; readonly apiVersion: string }>;
  /** Rejects with what is wrong if pods can't run: the engine or its network is down. */
  check(): Promise<void>;
  /** Who makes cgroups, hence the form of {@link LinuxSandboxConfig.cgroupParent}. CRI's RuntimeConfig. */
  cgroupDriver(): Promise<'cgroupfs' | 'systemd'>;
  /** The node was given its range of pod addresses: sandboxes made from now on take theirs from it. CRI's UpdateRuntimeConfig. */
  setPodCIDR(podCIDR: string): Promise<void>;

  /** Creates and starts a sandbox; on failure nothing of it is left. @returns its id */
  runSandbox(config: SandboxConfig): Promise<string>;
  /** Kills everything in it and frees its network. */
  stopSandbox(id: string): Promise<void>;
  /** Removes it and all its containers. */
  removeSandbox(id: string): Promise<void>;
  sandboxes(filter?: { readonly podUid?: string }): Promise<readonly Sandbox[]>;

  /** @returns the container's id @throws ImageMissing if the image isn't on the node @throws NotFound if the sandbox is gone */
  createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string>;
  /** @throws NotFound @throws ContainerStartError with the runtime's words, when the command can't be run */
  startContainer(id: string): Promise<void>;
  /** The image's or config's stop signal, then SIGKILL after `timeoutSeconds`. Resolves when it has exited. */
  stopContainer(id: string, timeoutSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  containers(filter?: { readonly podUid?: string; readonly sandboxId?: string }): Promise<readonly Container[]>;
  updateContainerResources(id: string, resources: ContainerResources): Promise<void>;

  /**
   * Runs a command in a running container. Aborting lets go of its streams; the command itself goes on, as in every CRI runtime.
   * @returns its exit code, once it ended and its output is written
   * @throws NotFound @throws NotRunning @throws ExecError if the engine refuses; a command that isn't there ends with 126 or 127 and the runtime's words as output
   */
  exec(id: string, options: ExecOptions): Promise<number>;
  /** Joins the streams of the container's own process until it ends or the signal aborts. */
  attach(id: string, options: AttachOptions): Promise<void>;
  /**
   * A connection to a port on the loopback address inside the sandbox's network, so servers bound to 127.0.0.1 are reached too.
   * @throws NotFound @throws NotRunning @throws PortForwardError if nothing listens there
   */
  portForward(sandboxId: string, port: number): Promise<Duplex>;
  /** Starts a new log file after the old one was moved away. */
  reopenLog(id: string): Promise<void>;

  image(reference: string): Promise<Image | undefined>;
  images(): Promise<readonly Image[]>;
  /** @returns the image's id @throws ImagePullError */
  pullImage(reference: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<string>;
  removeImage(reference: string): Promise<void>;

  /** Of running containers; one that ends meanwhile is left out. */
  stats(filter?: { readonly podUid?: string }): Promise<ReadonlyMap<string, ContainerStats>>;
  /** Until `signal` aborts; reconnects by itself. After a reconnect the listener is told to look at all pods, by `undefined`. */
  watch(listener: (event: RuntimeEvent | undefined) => void, signal: AbortSignal): Promise<void>;
}
