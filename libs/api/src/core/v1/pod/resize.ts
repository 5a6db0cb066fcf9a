import { deepEqual, semanticEqual, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { SubresourceRules } from '../../../define-kind';
import type { Container, Pod, ResourceRequirements } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { MIRROR_POD_ANNOTATION } from './annotation-validation';
import { isSidecar } from './phase';
import { qosClassOf } from './qos';
import { validatePod } from './validation';

const RESIZABLE: ReadonlySet<string> = new Set(['cpu', 'memory']);
const ONLY_RESIZABLE = 'only cpu and memory resources are mutable';

type Subject = DeepReadonly<Pod>;
type Requirements = DeepReadonly<ResourceRequirements> | undefined;

/** `pods/NAME/resize`: CPU and memory of a running pod and of its containers (KEP-1287, KEP-5419). */
export const resize: SubresourceRules<Pod> = {
  prepareForUpdate(next, previous) {
    const { containers, initContainers, resources } = next.spec;
    Object.assign(next, structuredClone(previous), {
      metadata: { ...structuredClone(previous.metadata), resourceVersion: next.metadata.resourceVersion },
    });
    next.spec.containers = withResourcesOf(containers, next.spec.containers);
    if (next.spec.initContainers !== undefined && initContainers !== undefined)
      next.spec.initContainers = withResourcesOf(initContainers, next.spec.initContainers);
    if (resources === undefined) delete next.spec.resources;
    else next.spec.resources = resources;
  },
  validateUpdate: validateResize,
};

/** The stored containers with the resources asked for; as they were asked for, if they are not the same containers. */
function withResourcesOf(asked: Container[], stored: Container[]): Container[] {
  const isSame = asked.length === stored.length && asked.every(({ name }, position) => stored[position]?.name === name);
  if (!isSame) return asked;
  return stored.map((container, position) => {
    const { resources, resizePolicy } = asked[position] ?? {};
    return { ...container, ...(resources === undefined ? {} : { resources }), ...(resizePolicy === undefined ? {} : { resizePolicy }) };
  });
}

function validateResize(next: Subject, previous: Subject, path: FieldPath, errors: FieldErrors): void {
  const spec = path.child('spec');
  validatePod(next, path, errors);
  if (previous.metadata.annotations?.[MIRROR_POD_ANNOTATION] !== undefined) return errors.forbidden(path, 'static pods cannot be resized');
  if (previous.spec.os?.name === 'windows') return errors.forbidden(path, 'windows pods cannot be resized');
  if (qosClassOf(previous) !== qosClassOf(next))
    errors.invalid(spec, next.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing');
  if (!nodeCanResize(previous)) errors.forbidden(spec, 'Pod running on node without support for resize');
  validatePodResources(next.spec.resources, previous.spec.resources, spec, errors);
  const inOrder = (['containers', 'initContainers'] as const).map((field) =>
    validateSameOrder({ field, next: listOf(next.spec[field]), previous: listOf(previous.spec[field]) }, spec.child(field), errors),
  );
  if (inOrder.includes(false)) return;
  listOf(previous.spec.initContainers).forEach((container, position) =>
    validateInitContainer(
      next.spec.initContainers?.[position] ?? container,
      container,
      spec.child('initContainers').index(position),
      errors,
    ),
  );
  previous.spec.containers.forEach((container, position) => {
    const at = spec.child('containers').index(position);
    const resized = next.spec.containers[position] ?? container;
    validateNothingRemoved({ next: resized.resources, previous: container.resources, noun: 'resource' }, at.child('resources'), errors);
    if (!onlyResized(resized, container)) errors.forbidden(spec, ONLY_RESIZABLE);
  });
}

/** A kubelet that can resize reports the resources of what it runs. */
function nodeCanResize({ status }: Subject): boolean {
  const running = listOf(status?.containerStatuses).find(({ state }) => state?.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

function validatePodResources(next: Requirements, previous: Requirements, path: FieldPath, errors: FieldErrors): void {
  if (previous !== undefined && next === undefined)
    return errors.forbidden(path.child('resources'), 'pod-level resources cannot be removed');
  validateNothingRemoved({ next, previous, noun: 'pod-level resource' }, path.child('resources'), errors);
  if (!semanticEqual(withoutResizable(next), withoutResizable(previous)))
    errors.forbidden(path, 'only cpu and memory resources are mutable at pod-level');
}

interface ContainerLists {
  readonly field: string;
  readonly next: DeepReadonly<Container[]>;
  readonly previous: DeepReadonly<Container[]>;
}

/** @returns whether both lists name the same containers in the same order */
function validateSameOrder({ field, next, previous }: ContainerLists, path: FieldPath, errors: FieldErrors): boolean {
  if (next.length !== previous.length) {
    errors.forbidden(path, `${field} may not be added or removed on resize`);
    return false;
  }
  const moved = previous.flatMap(({ name }, position) => (next[position]?.name === name ? [] : [position]));
  for (const position of moved) errors.forbidden(path.index(position).child('name'), `${field} may not be renamed or reordered on resize`);
  return moved.length === 0;
}

function validateInitContainer(
  next: DeepReadonly<Container>,
  previous: DeepReadonly<Container>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  validateNothingRemoved({ next: next.resources, previous: previous.resources, noun: 'resource' }, path.child('resources'), errors);
  if (!onlyResized(next, previous)) errors.forbidden(path, 'only cpu and memory resources for init or sidecar containers are mutable');
  const restarts = listOf(next.resizePolicy).some(({ restartPolicy }) => restartPolicy === 'RestartContainer');
  if (restarts && !isSidecar(next) && !deepEqual(next, previous))
    errors.forbidden(path, 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized');
}

interface Resizing {
  readonly next: Requirements;
  readonly previous: Requirements;
  /** Whose resources, in messages. */
  readonly noun: string;
}

/** Amounts may grow and shrink; a request or limit that was set stays set. */
function validateNothingRemoved({ next, previous, noun }: Resizing, path: FieldPath, errors: FieldErrors): void {
  for (const list of ['requests', 'limits'] as const)
    if (Object.keys(previous?.[list] ?? {}).some((name) => next?.[list]?.[name] === undefined))
      errors.forbidden(path.child(list), `${noun} ${list} cannot be removed`);
}

function onlyResized(next: DeepReadonly<Container>, previous: DeepReadonly<Container>): boolean {
  const rest = (container: DeepReadonly<Container>): object => ({ ...container, resources: withoutResizable(container.resources) });
  return semanticEqual(rest(next), rest(previous));
}

function withoutResizable(resources: Requirements): object {
  const rest = (list: Readonly<Record<string, string>> | undefined): object =>
    Object.fromEntries(Object.entries(list ?? {}).filter(([name]) => !RESIZABLE.has(name)));
  return { ...resources, requests: rest(resources?.requests), limits: rest(resources?.limits) };
}
