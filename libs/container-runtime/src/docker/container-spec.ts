import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { posix } from 'node:path';
import type {
  ContainerConfig,
  ContainerResources,
  ContainerSecurity,
  LinuxSandboxConfig,
  Mount,
  SandboxConfig,
} from '../container-runtime';
import { containerLabels, containerName, sandboxLabels, sandboxName } from './names';

/** So small that the kernel sacrifices anything else of the pod before its sandbox; upstream's PodInfraOOMAdj. */
export const SANDBOX_OOM_SCORE = -998;
const SANDBOX_CPU_SHARES = 2;

/** Private is the engine's own default, and not to be asked for: it refuses that for a mount that holds its data folder, such as all of `/`, and makes it rslave. */
const PROPAGATION = { private: undefined, 'host-to-container': 'rslave', bidirectional: 'rshared' } as const;

/** What the engine and the node are like, as far as it bears on what is asked of the engine. */
export interface Surroundings {
  readonly node: string;
  readonly cgroupDriver: 'cgroupfs' | 'systemd';
  /** False where the engine lacks CAP_SYS_RESOURCE: it then can't start a container with a score below its own. */
  readonly negativeOomScores: boolean;
  readonly log: { readonly maxSize: string; readonly maxFiles: number };
}

/** Where a sandbox that isn't on the host's network goes: Docker's own bridge, or an address on a network of ours. */
export type SandboxNetwork = { readonly name: 'bridge' } | { readonly name: string; readonly address: string };

export function sandboxSpec(config: SandboxConfig, image: string, network: SandboxNetwork, around: Surroundings): ContainerCreateOptions {
  const { linux } = config;
  const ports = linux.hostNetwork ? [] : config.portMappings.filter(({ hostPort }) => hostPort > 0);
  const portKey = (mapping: (typeof ports)[number]): string => `${mapping.containerPort}/${mapping.protocol.toLowerCase()}`;
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const mapping of ports)
    (bindings[portKey(mapping)] ??= []).push({ HostIp: mapping.hostIP ?? '', HostPort: String(mapping.hostPort) });
  return {
    name: sandboxName(config),
    Image: image,
    ...(linux.hostNetwork ? {} : { Hostname: config.hostname }),
    Labels: { ...sandboxLabels(config, around.node) },
    ExposedPorts: Object.fromEntries(ports.map((mapping) => [portKey(mapping), {}])),
    HostConfig: {
      ...sharedHostConfig(linux, around),
      NetworkMode: linux.hostNetwork ? 'host' : network.name,
      ...(linux.hostPID ? { PidMode: 'host' } : {}),
      IpcMode: linux.hostIPC ? 'host' : 'shareable',
      Sysctls: { ...linux.sysctls },
      PortBindings: bindings,
      CpuShares: SANDBOX_CPU_SHARES,
      OomScoreAdj: around.negativeOomScores ? SANDBOX_OOM_SCORE : 0,
      SecurityOpt: ['no-new-privileges'],
    },
    ...('address' in network && !linux.hostNetwork
      ? { NetworkingConfig: { EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: network.address } } } } }
      : {}),
  };
}

export function containerSpec(
  sandboxId: string,
  config: ContainerConfig,
  context: { readonly sandbox: SandboxConfig; readonly around: Surroundings },
): ContainerCreateOptions {
  const { sandbox, around } = context;
  const logPath = posix.join(sandbox.logDirectory, config.logPath);
  return {
    name: containerName(config.name, sandbox.pod, config.attempt),
    Image: config.image,
    ...(config.command === undefined ? {} : { Entrypoint: [...config.command] }),
    ...(config.args === undefined ? {} : { Cmd: [...config.args] }),
    ...(config.workingDir === undefined ? {} : { WorkingDir: config.workingDir }),
    ...(config.stopSignal === undefined ? {} : { StopSignal: config.stopSignal }),
    ...userSpec(config.security),
    Env: config.env.map(({ name, value }) => `${name}=${value}`),
    Labels: { ...containerLabels(config, sandbox.pod, { sandboxId, logPath, node: around.node }) },
    OpenStdin: config.stdin,
    StdinOnce: config.stdinOnce,
    Tty: config.tty,
    // An image's own health check would run beside the kubelet's probes.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ...sharedHostConfig(sandbox.linux, around),
      ...namespaces(sandboxId, sandbox.linux, config.targetId),
      ...resourceSpec(config.resources, around),
      ...securitySpec(config.security),
      Mounts: config.mounts.map(mountSpec),
      Devices: config.devices.map((device) => ({
        PathOnHost: device.hostPath,
        PathInContainer: device.containerPath,
        CgroupPermissions: device.permissions,
      })),
    },
  };
}

/** The part that Docker's update can change in a running container as well. Swap is never granted on top of memory. */
function resourceSpec(resources: ContainerResources, around: Pick<Surroundings, 'negativeOomScores'>): HostConfig {
  const score = resources.oomScoreAdjust;
  return {
    ...updatableResources(resources),
    ...(score === undefined ? {} : { OomScoreAdj: around.negativeOomScores ? score : Math.max(0, score) }),
  };
}

export function updatableResources(resources: ContainerResources): HostConfig {
  const { cpuShares, cpuQuota, cpuPeriod, memoryLimitBytes, pidsLimit } = resources;
  return {
    ...(cpuShares === undefined ? {} : { CpuShares: cpuShares }),
    ...(cpuQuota === undefined ? {} : { CpuQuota: cpuQuota }),
    ...(cpuPeriod === undefined ? {} : { CpuPeriod: cpuPeriod }),
    ...(memoryLimitBytes === undefined ? {} : { Memory: memoryLimitBytes, MemorySwap: memoryLimitBytes }),
    ...(pidsLimit === undefined ? {} : { PidsLimit: pidsLimit }),
  };
}

function sharedHostConfig(linux: LinuxSandboxConfig, around: Surroundings): HostConfig {
  return {
    LogConfig: { Type: 'json-file', Config: { 'max-size': around.log.maxSize, 'max-file': String(around.log.maxFiles) } },
    ...(linux.cgroupParent === undefined ? {} : { CgroupParent: cgroupParent(linux.cgroupParent, around.cgroupDriver) }),
  };
}

/** Under systemd a parent is a slice, whose name alone says where it is; under cgroupfs it is a path. */
function cgroupParent(path: string, driver: 'cgroupfs' | 'systemd'): string {
  return driver === 'systemd' ? posix.basename(path) : path;
}

function namespaces(sandboxId: string, linux: LinuxSandboxConfig, targetId: string | undefined): HostConfig {
  const sandbox = `container:${sandboxId}`;
  const processes = linux.shareProcessNamespace ? sandbox : targetId === undefined ? undefined : `container:${targetId}`;
  return {
    NetworkMode: sandbox,
    IpcMode: sandbox,
    ...(linux.hostPID ? { PidMode: 'host' } : processes === undefined ? {} : { PidMode: processes }),
    ...(linux.hostNetwork ? { UTSMode: 'host' } : {}),
  };
}

function userSpec({ runAsUser, runAsGroup }: ContainerSecurity): { User?: string } {
  if (runAsUser === undefined) return {};
  return { User: runAsGroup === undefined ? String(runAsUser) : `${runAsUser}:${runAsGroup}` };
}

function securitySpec(security: ContainerSecurity): HostConfig {
  const options: string[] = [];
  if (security.allowPrivilegeEscalation === false) options.push('no-new-privileges');
  // Docker confines by default, Kubernetes only when asked to.
  if (security.seccompProfile !== 'runtime-default') options.push('seccomp=unconfined');
  return {
    Privileged: security.privileged ?? false,
    ReadonlyRootfs: security.readOnlyRootFilesystem ?? false,
    CapAdd: [...(security.addCapabilities ?? [])],
    CapDrop: [...(security.dropCapabilities ?? [])],
    GroupAdd: (security.supplementalGroups ?? []).map(String),
    SecurityOpt: options,
  };
}

function mountSpec(mount: Mount): NonNullable<HostConfig['Mounts']>[number] {
  const propagation = PROPAGATION[mount.propagation ?? 'private'];
  return {
    Type: 'bind',
    Source: mount.hostPath,
    Target: mount.containerPath,
    ReadOnly: mount.readOnly,
    ...(propagation === undefined ? {} : { BindOptions: { Propagation: propagation } }),
  };
}
