import type { ObjectMeta } from '@keelson/apimachinery';
import { presentFields } from '../../../presence';

/** Where `autoscaling/v1` carries what it has no fields for (pkg/apis/autoscaling/annotations.go). */
export const ROUND_TRIP = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
} as const;

/** Written by no version any more; taken away wherever they are met. */
const FORMER = ['autoscaling.alpha.kubernetes.io/scale-down-tolerance', 'autoscaling.alpha.kubernetes.io/scale-up-tolerance'];
const ALL: ReadonlySet<string> = new Set([...Object.values(ROUND_TRIP), ...FORMER]);

/** Without them, and with those of `added` that say something. Only `autoscaling/v1` has them: the stored form never does. */
export function withRoundTrip(metadata: ObjectMeta, added: Readonly<Record<string, string | undefined>> = {}): ObjectMeta {
  const { annotations, ...rest } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !ALL.has(name));
  const texts = presentFields(added).map((name) => [name, added[name] ?? ''] as const);
  return kept.length + texts.length === 0 ? rest : { ...rest, annotations: Object.fromEntries([...kept, ...texts]) };
}
