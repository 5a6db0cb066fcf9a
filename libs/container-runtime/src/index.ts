export type {
  AttachOptions,
  Container,
  ContainerConfig,
  ContainerResources,
  ContainerRuntime,
  ContainerSecurity,
  ContainerStats,
  ExecOptions,
  Image,
  LinuxSandboxConfig,
  Mount,
  PodIdentity,
  PortMapping,
  RegistryCredentials,
  RuntimeCapabilities,
  RuntimeEvent,
  Sandbox,
  SandboxConfig,
  TerminalSize,
} from './container-runtime';
export type { DockerRuntime } from './docker/docker-runtime';
export { ensureLocalImage, referenceOf, removeLocalImages, type ImageEntry, type LocalImage } from './docker/local-image';
export { openDockerRuntime, type OpenDockerRuntimeOptions } from './docker/open-docker-runtime';
export { removePodNetwork, type PodNetworkOptions } from './docker/pod-network';
export { HollowRuntime, type HollowRuntimeOptions } from './hollow/hollow-runtime';
export {
  ContainerStartError,
  ExecError,
  ImageMissing,
  ImagePullError,
  NotFound,
  NotRunning,
  NotSupported,
  PortForwardError,
  RuntimeUnavailable,
} from './runtime-errors';
