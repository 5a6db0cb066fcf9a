import type { ControllerRevision, DeepReadonly, PodTemplateSpec } from '@keelson/api';
import { sortedFields } from '@keelson/apimachinery';

/**
 * What a revision keeps: a strategic merge patch that puts `template` in the place of whatever template its owner has (`kubectl rollout undo`).
 * Its fields are sorted, as upstream tells revisions of DaemonSets apart by their bytes.
 */
export function snapshotOf(template: DeepReadonly<PodTemplateSpec>): Record<string, unknown> {
  return { spec: { template: sortedFields({ ...template, $patch: 'replace' }) } };
}

/** The template that {@link snapshotOf} kept. @throws Error if the revision holds none: someone else wrote it */
export function templateOf({ data, metadata }: DeepReadonly<ControllerRevision>): DeepReadonly<PodTemplateSpec> {
  const { template } = (data?.['spec'] ?? {}) as DeepReadonly<{ template?: PodTemplateSpec & { $patch?: string } }>;
  if (template === undefined) throw new Error(`ControllerRevision ${metadata.namespace ?? ''}/${metadata.name} holds no pod template`);
  const { $patch: _, ...kept } = template;
  return kept;
}
