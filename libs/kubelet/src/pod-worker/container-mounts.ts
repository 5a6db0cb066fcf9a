import type { Mount } from '@keelson/container-runtime';
import type { DeepReadonly, VolumeMount } from '@keelson/api';
import { expandVariables } from '../env/expand-variables';
import type { ReadonlyContainer } from '../pod/types';
import type { MountedVolumes } from '../volumes/pod-volumes';
import { StartProblem } from './start-problem';

/** The files below a pod's folder that containers get besides their volumes. */
export interface ContainerFiles {
  /** Absent: the container has a mount of its own there, or the pod has no hosts file. */
  readonly hostsFile?: string;
  readonly terminationLog?: string;
  /** Makes the directory that a `subPath` names, if nothing is there, and refuses a path that leads out of its volume. */
  subPath(volume: string, path: string): Promise<string>;
}

const PROPAGATION: Readonly<Record<string, Mount['propagation']>> = {
  None: 'private',
  HostToContainer: 'host-to-container',
  Bidirectional: 'bidirectional',
};

const DEFAULT_TERMINATION_LOG = '/dev/termination-log';

/**
 * What is mounted into a container: its volumes, the hosts file, and the file for its termination message.
 * @throws StartProblem CreateContainerConfigError if a mount can't be made
 */
export async function containerMounts(
  container: ReadonlyContainer,
  {
    volumes,
    files,
    environment,
  }: { readonly volumes: MountedVolumes; readonly files: ContainerFiles; readonly environment: ReadonlyMap<string, string> },
): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const mount of container.volumeMounts ?? []) mounts.push(await volumeMount(mount, volumes, files, environment));
  const taken = new Set(mounts.map(({ containerPath }) => containerPath));
  if (files.hostsFile !== undefined && !taken.has('/etc/hosts'))
    mounts.push({ hostPath: files.hostsFile, containerPath: '/etc/hosts', readOnly: false });
  const terminationPath = container.terminationMessagePath ?? DEFAULT_TERMINATION_LOG;
  if (files.terminationLog !== undefined && terminationPath !== '')
    mounts.push({ hostPath: files.terminationLog, containerPath: terminationPath, readOnly: false });
  return mounts;
}

async function volumeMount(
  mount: DeepReadonly<VolumeMount>,
  volumes: MountedVolumes,
  files: ContainerFiles,
  environment: ReadonlyMap<string, string>,
): Promise<Mount> {
  const volume = volumes.get(mount.name);
  if (volume === undefined)
    throw new StartProblem('CreateContainerConfigError', `cannot find volume "${mount.name}" to mount into container`);
  const subPath = mount.subPathExpr === undefined ? (mount.subPath ?? '') : expandAll(mount.subPathExpr, environment);
  const propagation = PROPAGATION[mount.mountPropagation ?? 'None'];
  return {
    hostPath: subPath === '' ? volume.hostPath : await files.subPath(volume.hostPath, subPath),
    containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
    readOnly: mount.readOnly === true || volume.readOnly,
    ...(propagation === undefined ? {} : { propagation }),
  };
}

function expandAll(expression: string, environment: ReadonlyMap<string, string>): string {
  return expandVariables(expression, (name) => {
    const value = environment.get(name);
    if (value === undefined)
      throw new StartProblem('CreateContainerConfigError', `missing value for "${name}" in subPathExpr "${expression}"`);
    return value;
  });
}
