import type { DeepReadonly } from '@keelson/apimachinery';
import type { DaemonSet } from '../../../generated/apps/v1';

/** A field of the versions before apps/v1 lives on as this annotation, which only the server counts up: with each new template. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** Zero if there is none that can be read. */
export function templateGeneration({ metadata }: DeepReadonly<DaemonSet>): number {
  const text = metadata.annotations?.[TEMPLATE_GENERATION] ?? '';
  return /^-?\d+$/.test(text) ? Number(text) : 0;
}

export function setTemplateGeneration({ metadata }: DaemonSet, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}
