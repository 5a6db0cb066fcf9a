import { dns1123Label, FieldPath, type DeepReadonly, type KubernetesObject } from '@keelson/apimachinery';
import type { PodTemplateSpec } from '../../../generated/core/v1';
import { podSpecWarnings } from '../pod-spec/warnings';

type Templated = DeepReadonly<KubernetesObject & { spec?: { template?: PodTemplateSpec } }>;

const TEMPLATE = FieldPath.of('spec').child('template');

/** What is doubtful about the pods of a workload, said when they are described anew and not with each of its statuses. */
export function templateWarnings(next: Templated, previous: Templated | undefined): readonly string[] {
  return isNewGeneration(next, previous) ? podTemplateWarnings(next.spec?.template, TEMPLATE) : [];
}

/** Whether something is described anew; an update of a status does not do that. */
export function isNewGeneration(next: DeepReadonly<KubernetesObject>, previous: DeepReadonly<KubernetesObject> | undefined): boolean {
  return previous === undefined || next.metadata.generation !== previous.metadata.generation;
}

export function podTemplateWarnings(template: DeepReadonly<PodTemplateSpec> | undefined, path: FieldPath): readonly string[] {
  return template?.spec === undefined ? [] : podSpecWarnings(template.spec, path.child('spec'));
}

/** A workload's name goes into those of its pods. For a new one. */
export function podNameWarnings({ metadata }: DeepReadonly<KubernetesObject>): readonly string[] {
  const problems = dns1123Label(metadata.name);
  const advice = 'this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended';
  return problems.length === 0 ? [] : [`metadata.name: ${advice}: [${problems.join(' ')}]`];
}
