import type { ContainerSecurity, Image } from '@keelson/container-runtime';
import { podDescription } from '../pod/pod-names';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';
import { StartProblem } from './start-problem';

/**
 * The container's security settings over the pod's.
 * @throws StartProblem CreateContainerConfigError if it must not run as root and would, or may
 */
export function containerSecurity(pod: ReadonlyPod, container: ReadonlyContainer, image: Image): ContainerSecurity {
  const own = container.securityContext ?? {};
  const shared = pod.spec.securityContext ?? {};
  const runAsUser = own.runAsUser ?? shared.runAsUser;
  const runAsGroup = own.runAsGroup ?? shared.runAsGroup;
  const groups = [...(shared.fsGroup === undefined ? [] : [shared.fsGroup]), ...(shared.supplementalGroups ?? [])];
  if (own.runAsNonRoot ?? shared.runAsNonRoot ?? false) refuseRoot(pod, container, runAsUser, image);
  const seccomp = (own.seccompProfile ?? shared.seccompProfile)?.type;
  return {
    ...(own.privileged === undefined ? {} : { privileged: own.privileged }),
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
    ...(groups.length === 0 ? {} : { supplementalGroups: groups }),
    ...(own.readOnlyRootFilesystem === undefined ? {} : { readOnlyRootFilesystem: own.readOnlyRootFilesystem }),
    ...(own.allowPrivilegeEscalation === undefined ? {} : { allowPrivilegeEscalation: own.allowPrivilegeEscalation }),
    ...(own.capabilities?.add === undefined ? {} : { addCapabilities: own.capabilities.add }),
    ...(own.capabilities?.drop === undefined ? {} : { dropCapabilities: own.capabilities.drop }),
    ...(seccomp === 'RuntimeDefault'
      ? { seccompProfile: 'runtime-default' }
      : seccomp === 'Unconfined'
        ? { seccompProfile: 'unconfined' }
        : {}),
  };
}

function refuseRoot(pod: ReadonlyPod, container: ReadonlyContainer, runAsUser: number | undefined, image: Image): void {
  const where = `(pod: "${podDescription(pod)}", container: ${container.name})`;
  const refuse = (why: string): never => {
    throw new StartProblem('CreateContainerConfigError', `${why} ${where}`);
  };
  if (runAsUser === 0) refuse(`container's runAsUser breaks non-root policy`);
  if (runAsUser !== undefined) return;
  const [user = ''] = image.user.split(':');
  if (user === '' || user === '0' || user === 'root') refuse('container has runAsNonRoot and image will run as root');
  if (!/^[0-9]+$/.test(user)) refuse(`container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root`);
}
