import { semanticEqual, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { SubresourceRules } from '../../../define-kind';
import type { Container, Pod, ResourceRequirements } from '../../../generated/core/v1';
import { listOf, omit } from '../../../presence';
import { MIRROR_POD_ANNOTATION } from './annotation-validation';
import { isSidecar } from './phase';
import { qosClassOf } from './qos';
import { validatePod } from './validation';

const RESIZABLE: ReadonlySet<string> = new Set(['cpu', 'memory']);

/** `pods/NAME/resize`: CPU and memory of running containers (KEP-1287). */
export const resize: SubresourceRules<Pod> = {
  prepareForUpdate(next, previous) {
    const { containers, initContainers } = next.spec;
    Object.assign(next, structuredClone(previous), {
      metadata: { ...structuredClone(previous.metadata), resourceVersion: next.metadata.resourceVersion },
    });
    next.spec.containers = withResourcesOf(containers, next.spec.containers);
    if (next.spec.initContainers !== undefined && initContainers !== undefined)
      next.spec.initContainers = withResourcesOf(initContainers, next.spec.initContainers);
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

function validateResize(next: DeepReadonly<Pod>, previous: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  const spec = path.child('spec');
  validatePod(next, path, errors);
  if (previous.metadata.annotations?.[MIRROR_POD_ANNOTATION] !== undefined) return errors.forbidden(path, 'static pods cannot be resized');
  if (previous.spec.os?.name === 'windows') return errors.forbidden(path, 'windows pods cannot be resized');
  if (qosClassOf(previous) !== qosClassOf(next))
    errors.invalid(spec, next.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing');
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
  previous.spec.containers.forEach((container, position) =>
    validateContainer(
      next.spec.containers[position] ?? container,
      container,
      { path: spec.child('containers').index(position), spec },
      errors,
    ),
  );
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

interface Places {
  readonly path: FieldPath;
  readonly spec: FieldPath;
}

function validateContainer(
  next: DeepReadonly<Container>,
  previous: DeepReadonly<Container>,
  { path, spec }: Places,
  errors: FieldErrors,
): void {
  validateNothingRemoved(next.resources, previous.resources, path.child('resources'), errors);
  if (!semanticEqual(withoutResizable(next), withoutResizable(previous)))
    errors.forbidden(spec, 'only cpu and memory resources are mutable');
}

function validateInitContainer(
  next: DeepReadonly<Container>,
  previous: DeepReadonly<Container>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (semanticEqual(next, previous)) return;
  if (!isSidecar(previous)) return errors.forbidden(path, 'resources for non-sidecar init containers are immutable');
  validateNothingRemoved(next.resources, previous.resources, path.child('resources'), errors);
  if (!semanticEqual(withoutResizable(next), withoutResizable(previous)))
    errors.forbidden(path, 'only cpu and memory resources for init or sidecar containers are mutable');
}

/** Amounts may grow and shrink; a request or limit that was set stays set. */
function validateNothingRemoved(
  next: DeepReadonly<ResourceRequirements> | undefined,
  previous: DeepReadonly<ResourceRequirements> | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  for (const list of ['requests', 'limits'] as const)
    for (const name of Object.keys(previous?.[list] ?? {}))
      if (RESIZABLE.has(name) && next?.[list]?.[name] === undefined)
        errors.forbidden(path.child(list), `resource ${list} cannot be removed`);
}

function withoutResizable(container: DeepReadonly<Container>): object {
  const { resources } = container;
  const rest = (list: Readonly<Record<string, string>> | undefined): object =>
    Object.fromEntries(Object.entries(list ?? {}).filter(([name]) => !RESIZABLE.has(name)));
  return {
    ...omit(container, 'resizePolicy'),
    resources: { ...resources, requests: rest(resources?.requests), limits: rest(resources?.limits) },
  };
}
