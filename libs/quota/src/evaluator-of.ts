import { persistentvolumeclaims, pods, services } from '@keelson/api';
import { groupResource } from '@keelson/apimachinery';
import { ClaimEvaluator } from './claim-evaluator';
import type { QuotaEvaluator } from './evaluator';
import { ObjectCountEvaluator, type GroupResource } from './object-count';
import { PodEvaluator } from './pod-evaluator';
import { ServiceEvaluator } from './service-evaluator';

/** Never counted: events, which are many, and what is answered without being stored. */
const UNCOUNTED: ReadonlySet<string> = new Set([
  'bindings',
  'componentstatuses',
  'events',
  'events.events.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectreviews.authentication.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
  'tokenreviews.authentication.k8s.io',
]);

/** Those that know more of a resource than how many there are. */
const KNOWING: ReadonlyMap<string, QuotaEvaluator> = new Map<string, QuotaEvaluator>([
  [groupResource(pods), new PodEvaluator()],
  [groupResource(services), new ServiceEvaluator()],
  [groupResource(persistentvolumeclaims), new ClaimEvaluator()],
]);

/** Who knows what objects of `resource` use; undefined if no quota counts them. */
export function evaluatorOf(resource: GroupResource): QuotaEvaluator | undefined {
  const name = groupResource(resource);
  return UNCOUNTED.has(name) ? undefined : (KNOWING.get(name) ?? new ObjectCountEvaluator(resource));
}
