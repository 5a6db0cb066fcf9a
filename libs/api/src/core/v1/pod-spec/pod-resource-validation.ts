import { Quantity, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { PodSpec } from '../../../generated/core/v1';
import { isEmpty, listOf, omit } from '../../../presence';
import { podRequests } from '../pod/resources';
import { isHugePages } from './resource-names';
import { parseableAmounts, validateResources } from './resource-validation';

const SUPPORTED = ['cpu', 'hugepages-', 'memory'];

/** Requests and limits of the pod as a whole, within which those of its containers must lie (KEP-2837). */
export function validatePodLevelResources(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  const { resources } = spec;
  if (resources === undefined) return;
  if (spec.os?.name === 'windows') return errors.forbidden(path, 'may not be set for a windows pod');
  if (!isEmpty(resources.claims)) errors.forbidden(path.child('claims'), 'claims may not be set for Resources at pod-level');
  validateResources(resources, path, errors);
  for (const list of ['limits', 'requests'] as const)
    for (const name of Object.keys(resources[list] ?? {}))
      if (name !== 'cpu' && name !== 'memory' && !isHugePages(name)) errors.notSupported(path.child(list).key(name), name, SUPPORTED);
  if (parseableAmounts(spec)) validateConsistency(spec, path, errors);
}

function validateConsistency(spec: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  const { requests = {}, limits = {} } = spec.resources ?? {};
  for (const [name, sum] of podRequests({ spec: omit(spec, 'resources', 'overhead') })) {
    const own = requests[name];
    if (own !== undefined && sum.compare(Quantity.parse(own)) > 0)
      errors.invalid(
        path.child('requests').key(name),
        own,
        `must be greater than or equal to aggregate container requests of ${sum.toString()}`,
      );
  }
  listOf(spec.containers).forEach((container, position) => {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const own = limits[name];
      if (own !== undefined && Quantity.parse(limit).compare(Quantity.parse(own)) > 0)
        errors.invalid(
          path.child('containers').index(position).key(name).child('limits'),
          limit,
          `must be less than or equal to pod limits of ${own}`,
        );
    }
  });
}
