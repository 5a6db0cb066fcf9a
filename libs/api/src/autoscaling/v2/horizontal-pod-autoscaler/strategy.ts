import type { DeepReadonly } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { horizontalpodautoscalers, type HorizontalPodAutoscaler } from '../../../generated/autoscaling/v2';
import { defaultHorizontalPodAutoscaler } from './defaults';
import { withRoundTrip } from './round-trip-annotations';
import { columns } from './table';
import { validateHorizontalPodAutoscaler, validateHorizontalPodAutoscalerUpdate, validateStatusUpdate } from './validation';

/** Also what `autoscaling/v1` serves; see its conversion. */
export const horizontalPodAutoscaler = defineKind(horizontalpodautoscalers, {
  defaults: defaultHorizontalPodAutoscaler,
  prepareForCreate(object) {
    dropRoundTrip(object);
    object.status = { desiredReplicas: 0, currentMetrics: [] };
  },
  prepareForUpdate: dropRoundTrip,
  generationFrom: [],
  validateCreate: validateHorizontalPodAutoscaler,
  validateUpdate: validateHorizontalPodAutoscalerUpdate,
  subresources: { status: { prepareForUpdate: prepareStatus, validateUpdate: validateStatusUpdate } },
  columns,
});

function prepareStatus(next: HorizontalPodAutoscaler, previous: DeepReadonly<HorizontalPodAutoscaler>): void {
  dropRoundTrip(next);
  next.spec = structuredClone(previous.spec) as HorizontalPodAutoscaler['spec'];
}

function dropRoundTrip(object: HorizontalPodAutoscaler): void {
  object.metadata = withRoundTrip(object.metadata);
}
