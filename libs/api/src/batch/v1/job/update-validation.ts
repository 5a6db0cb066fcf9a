import {
  FIELD_IS_IMMUTABLE,
  findCondition,
  semanticEqual,
  validateImmutable,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { Job } from '../../../generated/batch/v1';
import type { Container, PodSpec, PodTemplateSpec } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { isIndexed } from './selector';

type Template = DeepReadonly<PodTemplateSpec>;

const IMMUTABLE = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

export function validateJobUpdate(next: DeepReadonly<Job>, previous: DeepReadonly<Job>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  validateCompletions(next, previous, at, errors);
  validateImmutable({ next: next.spec.selector, previous: previous.spec.selector }, at.child('selector'), errors);
  validateTemplateUpdate(next, previous, at.child('template'), errors);
  for (const field of IMMUTABLE) validateImmutable({ next: next.spec[field], previous: previous.spec[field] }, at.child(field), errors);
}

/** An Indexed Job may be scaled, its completions with its parallelism. */
function validateCompletions(next: DeepReadonly<Job>, previous: DeepReadonly<Job>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('completions');
  const { completions, parallelism } = next.spec;
  if (!isIndexed(next)) return validateImmutable({ next: completions, previous: previous.spec.completions }, at, errors);
  if (completions === previous.spec.completions || completions === undefined) return;
  if (completions !== parallelism) errors.invalid(at, completions, 'can only be modified in tandem with spec.parallelism');
}

/** Where the pods of a suspended Job may run, and what they are given, may change while it has none. */
function validateTemplateUpdate(next: DeepReadonly<Job>, previous: DeepReadonly<Job>, path: FieldPath, errors: FieldErrors): void {
  const { template } = next.spec;
  if (!mayChangeTemplate(previous)) return validateImmutable({ next: template, previous: previous.spec.template }, path, errors);
  const allowed = withResourcesOf(withSchedulingOf(previous.spec.template.spec, template.spec), template.spec);
  if (!semanticEqual(template.spec, allowed)) errors.invalid(path.child('spec'), template.spec, FIELD_IS_IMMUTABLE);
}

function mayChangeTemplate({ spec, status }: DeepReadonly<Job>): boolean {
  const hasStopped = status?.startTime === undefined || findCondition(status.conditions, 'Suspended')?.status === 'True';
  return spec.suspend === true && hasStopped && (status?.active ?? 0) === 0;
}

function withSchedulingOf(spec: Template['spec'], next: Template['spec']): Template['spec'] {
  const { affinity, nodeSelector, schedulingGates, tolerations } = next ?? {};
  return {
    ...spec,
    affinity: withNodeAffinityOf(spec?.affinity, affinity),
    nodeSelector,
    schedulingGates,
    tolerations,
  } as DeepReadonly<PodSpec>;
}

/** That to other pods is as it was. An affinity with nothing in it is as good as none where the new one is absent. */
function withNodeAffinityOf(
  affinity: DeepReadonly<PodSpec['affinity']>,
  next: DeepReadonly<PodSpec['affinity']>,
): DeepReadonly<PodSpec['affinity']> {
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  if (next === undefined && podAffinity === undefined && podAntiAffinity === undefined) return undefined;
  return { nodeAffinity: next?.nodeAffinity, podAffinity, podAntiAffinity } as NonNullable<DeepReadonly<PodSpec['affinity']>>;
}

function withResourcesOf(spec: Template['spec'], next: Template['spec']): Template['spec'] {
  if (spec === undefined || next === undefined) return spec;
  const initContainers = containersWithResourcesOf(spec.initContainers, next.initContainers);
  const containers = containersWithResourcesOf(spec.containers, next.containers);
  return { ...spec, initContainers, containers } as DeepReadonly<PodSpec>;
}

function containersWithResourcesOf(
  containers: DeepReadonly<Container[]> | undefined,
  next: DeepReadonly<Container[]> | undefined,
): DeepReadonly<Container[]> | undefined {
  if (listOf(containers).length !== listOf(next).length) return containers;
  return containers?.map((container, index) => {
    const other = next?.[index];
    return other?.name === container.name ? ({ ...container, resources: other.resources } as DeepReadonly<Container>) : container;
  });
}
