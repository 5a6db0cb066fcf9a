import { FieldErrors, FieldPath, StatusError, type DeepReadonly } from '@keelson/apimachinery';
import type { Service } from '@keelson/api';

const SPEC = FieldPath.of('spec');

/**
 * Settles `ipFamilyPolicy` and `ipFamilies` of a Service in a cluster that has one family; pkg/registry/core/service/storage.
 * @throws StatusError Invalid (422) for what such a cluster can't give
 */
export function settleIpFamilies(service: Service, previous: DeepReadonly<Service> | undefined, family: 'IPv4' | 'IPv6'): void {
  const { spec } = service;
  const isHeadlessWithoutSelector = spec.clusterIPs?.[0] === 'None' && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= previous?.spec.ipFamilyPolicy ?? (isHeadlessWithoutSelector ? 'RequireDualStack' : 'SingleStack');
  const isSingle = spec.ipFamilyPolicy === 'SingleStack';
  if (isHeadlessWithoutSelector) {
    const [first = family] = spec.ipFamilies ?? [];
    const isWhole = isSingle || (spec.ipFamilies ?? []).length === 2;
    spec.ipFamilies = isWhole ? (spec.ipFamilies ?? [first]) : [first, first === 'IPv4' ? 'IPv6' : 'IPv4'];
    return;
  }
  const errors = new FieldErrors();
  if (spec.ipFamilyPolicy === 'RequireDualStack')
    errors.invalid(SPEC.child('ipFamilyPolicy'), spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services');
  for (const [index, wanted] of (spec.ipFamilies ?? []).entries())
    if (wanted !== family) errors.invalid(SPEC.child('ipFamilies').index(index), wanted, 'not configured on this cluster');
  if (!errors.isEmpty) throw StatusError.invalid({ group: '', kind: 'Service' }, service.metadata.name, errors);
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = [family];
}
