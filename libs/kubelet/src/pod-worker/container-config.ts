import type { ContainerConfig, Image, Mount } from '@keelson/container-runtime';
import { expandVariables } from '../env/expand-variables';
import { CONTAINER_HASH_ANNOTATION, containerHash } from '../pod/container-hash';
import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';
import { containerResources, type NodeLimits } from './container-resources';
import { containerSecurity } from './container-security';

export interface ContainerParts {
  readonly attempt: number;
  readonly image: Image;
  /** What the runtime is asked to run: the reference in the spec, or the image's id. */
  readonly imageReference: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  readonly node: NodeLimits;
  /** The container whose processes this one shares. */
  readonly targetId?: string | undefined;
}

const TERMINATION_MESSAGE_PATH_ANNOTATION = 'io.kubernetes.container.terminationMessagePath';
export const TERMINATION_MESSAGE_POLICY_ANNOTATION = 'io.kubernetes.container.terminationMessagePolicy';

/** Puts together what the runtime needs to make a container. Pure. @throws StartProblem as {@link containerSecurity} */
export function containerConfig(pod: ReadonlyPod, container: ReadonlyContainer, parts: ContainerParts): ContainerConfig {
  const expand = (text: string): string => expandVariables(text, (name) => parts.environment.get(name));
  const stopSignal = container.lifecycle?.stopSignal;
  return {
    name: container.name,
    attempt: parts.attempt,
    image: parts.imageReference,
    ...(container.command === undefined ? {} : { command: container.command.map(expand) }),
    ...(container.args === undefined ? {} : { args: container.args.map(expand) }),
    ...(container.workingDir === undefined ? {} : { workingDir: container.workingDir }),
    env: [...parts.environment].map(([name, value]) => ({ name, value })),
    mounts: parts.mounts,
    devices: [],
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(container, parts.attempt),
    logPath: `${container.name}/${parts.attempt}.log`,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    resources: containerResources(pod, container, parts.node),
    security: containerSecurity(pod, container, parts.image),
    ...(parts.targetId === undefined ? {} : { targetId: parts.targetId }),
    ...(stopSignal === undefined ? {} : { stopSignal }),
  };
}

function containerLabels(pod: ReadonlyPod, container: ReadonlyContainer): Record<string, string> {
  return {
    'io.kubernetes.pod.name': pod.metadata.name,
    'io.kubernetes.pod.namespace': namespaceOf(pod),
    'io.kubernetes.pod.uid': pod.metadata.uid,
    'io.kubernetes.container.name': container.name,
  };
}

function containerAnnotations(container: ReadonlyContainer, attempt: number): Record<string, string> {
  return {
    [CONTAINER_HASH_ANNOTATION]: containerHash(container),
    'io.kubernetes.container.restartCount': String(attempt),
    [TERMINATION_MESSAGE_PATH_ANNOTATION]: container.terminationMessagePath ?? '/dev/termination-log',
    [TERMINATION_MESSAGE_POLICY_ANNOTATION]: container.terminationMessagePolicy ?? 'File',
  };
}
