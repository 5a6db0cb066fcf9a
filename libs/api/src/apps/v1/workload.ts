import {
  NOT_NEGATIVE,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
  type LabelSelector,
} from '@keelson/apimachinery';
import { containerImages, containerNames } from '../../columns';
import { tryMatcher, validatePodTemplateSpec, validateTemplateMatches } from '../../core/v1/pod-template-spec/validation';
import type { TableColumn } from '../../define-kind';
import type { KubernetesObject } from '@keelson/apimachinery';
import type { PodTemplateSpec } from '../../generated/core/v1';

/** What Deployments, ReplicaSets, StatefulSets and DaemonSets have in common. */
export interface WorkloadSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly selector?: LabelSelector;
  readonly template?: PodTemplateSpec;
}

/** What the messages call a workload; upstream's for Deployments and ReplicaSets share some. */
export type WorkloadName = 'deployment' | 'StatefulSet' | 'DaemonSet';

/** Numbers are not negative, the selector finds the template's pods, and these are restarted for ever. `path` is the spec's. */
export function validateWorkload(
  spec: DeepReadonly<WorkloadSpec>,
  path: FieldPath,
  errors: FieldErrors,
  name: WorkloadName = 'deployment',
): void {
  const { selector, template } = spec;
  for (const field of ['replicas', 'minReadySeconds', 'revisionHistoryLimit'] as const) {
    // A StatefulSet with a negative limit keeps all its history.
    const value = name === 'StatefulSet' && field === 'revisionHistoryLimit' ? undefined : spec[field];
    if (value !== undefined && value < 0) errors.invalid(path.child(field), value, NOT_NEGATIVE);
  }
  if (selector === undefined) {
    if (name !== 'DaemonSet') errors.required(path.child('selector'));
  } else {
    validateLabelSelector(selector, path.child('selector'), errors);
    if (isEmptySelector(selector)) errors.invalid(path.child('selector'), selector, `empty selector is invalid for ${name.toLowerCase()}`);
  }
  const matcher = tryMatcher(selector);
  if (matcher === undefined && name !== 'DaemonSet')
    errors.invalid(path.child('selector'), selector, name === 'deployment' ? 'invalid label selector' : '');
  if (matcher !== undefined) validateTemplateMatches(template, matcher, path.child('template'), errors);
  if (template === undefined) return errors.required(path.child('template'));
  // With nothing to match it against, most workloads leave the rest of the template for later.
  if (matcher !== undefined || name === 'DaemonSet') validatePodTemplateSpec(template, path.child('template'), errors);
  if (matcher !== undefined || name !== 'deployment') validateLasting(template, path.child('template', 'spec'), errors, name);
}

/** The pods of a workload are restarted for ever. `path` is that of the template's spec. */
function validateLasting({ spec }: DeepReadonly<PodTemplateSpec>, path: FieldPath, errors: FieldErrors, name: WorkloadName): void {
  if (spec?.restartPolicy !== 'Always') errors.notSupported(path.child('restartPolicy'), spec?.restartPolicy ?? '', ['Always']);
  if (spec?.activeDeadlineSeconds === undefined) return;
  const what = name === 'deployment' ? 'ReplicaSet' : name;
  errors.forbidden(path.child('activeDeadlineSeconds'), `activeDeadlineSeconds in ${what} is not Supported`);
}

export function isEmptySelector({ matchExpressions, matchLabels }: DeepReadonly<LabelSelector>): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
}

/** `-o wide` shows what a workload runs. */
export function containerColumns<T extends KubernetesObject>(
  templateOf: (object: DeepReadonly<T>) => DeepReadonly<PodTemplateSpec> | undefined,
): readonly TableColumn<T>[] {
  return [
    { name: 'Containers', type: 'string', priority: 1, value: (object) => containerNames(templateOf(object)?.spec?.containers) },
    { name: 'Images', type: 'string', priority: 1, value: (object) => containerImages(templateOf(object)?.spec?.containers) },
  ];
}
