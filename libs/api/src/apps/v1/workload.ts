import {
  NOT_NEGATIVE,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
  type LabelSelector,
} from '@keelson/apimachinery';
import { containerImages, containerNames } from '../../columns';
import { validatePodTemplateSpec, validateTemplateMatches } from '../../core/v1/pod-template-spec/validation';
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
  if (selector === undefined) errors.required(path.child('selector'));
  else {
    validateLabelSelector(selector, path.child('selector'), errors);
    if (isEmptySelector(selector)) errors.invalid(path.child('selector'), selector, `empty selector is invalid for ${name.toLowerCase()}`);
  }
  if (template === undefined) return errors.required(path.child('template'));
  validateTemplateMatches(template, selector, path.child('template'), errors);
  validatePodTemplateSpec(template, path.child('template'), errors);
  const at = path.child('template', 'spec');
  if (template.spec?.restartPolicy !== 'Always')
    errors.notSupported(at.child('restartPolicy'), template.spec?.restartPolicy ?? '', ['Always']);
  if (template.spec?.activeDeadlineSeconds !== undefined)
    errors.forbidden(
      at.child('activeDeadlineSeconds'),
      `activeDeadlineSeconds in ${name === 'deployment' ? 'ReplicaSet' : name} is not Supported`,
    );
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
