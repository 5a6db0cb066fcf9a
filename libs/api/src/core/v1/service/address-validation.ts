import { addProblems, ipAddress, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { Service } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { isHeadless } from './type';

const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** Cluster addresses and their families, one stack or two (KEP-563). Which addresses are free is the allocator's concern. */
export function validateClusterIps(service: DeepReadonly<Service>, path: FieldPath, errors: FieldErrors): void {
  const { spec } = service;
  if (spec.type === 'ExternalName') return;
  validateSameAddress(service, path.child('clusterIPs'), errors);
  validateFamilies(service, path, errors);
  const ips = listOf(spec.clusterIPs);
  const at = path.child('clusterIPs');
  if (ips[0] === 'None') {
    if (ips.length > 1) errors.invalid(at, ips, "'None' must be the first and only value");
    return;
  }
  const isWrong = ips.map((ip, position) => {
    const problems = ipAddress(ip);
    addProblems(problems, ip, at.index(position), errors);
    return problems.length > 0;
  });
  if (ips.length > 2) errors.invalid(at, ips, 'may only hold up to 2 values');
  if (isWrong.includes(true)) return;
  if (ips.length > 1 && new Set(ips.map(familyOf)).size < 2) errors.invalid(at, ips, 'may specify no more than one IP for each IP family');
  if (!isHeadless(service)) validateAgainstFamilies(ips, listOf(spec.ipFamilies), at, errors);
}

const familyOf = (ip: string): string => (ip.includes(':') ? 'IPv6' : 'IPv4');

function validateSameAddress({ spec }: DeepReadonly<Service>, path: FieldPath, errors: FieldErrors): void {
  const ips = listOf(spec.clusterIPs);
  if (isEmpty(spec.clusterIP)) {
    if (ips.length > 0) errors.invalid(path, ips, 'must be empty when `clusterIP` is not specified');
  } else if (ips.length === 0) errors.required(path);
  else if (ips[0] !== spec.clusterIP) errors.invalid(path, ips, 'first value must match `clusterIP`');
}

function validateFamilies({ spec }: DeepReadonly<Service>, path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  listOf(spec.ipFamilies).forEach((family, position) => {
    const at = path.child('ipFamilies').index(position);
    if (!FAMILIES.includes(family)) errors.notSupported(at, family, FAMILIES);
    if (seen.has(family)) errors.duplicate(at, family);
    seen.add(family);
  });
  const policy = spec.ipFamilyPolicy;
  if (policy !== undefined && !FAMILY_POLICIES.includes(policy)) errors.notSupported(path.child('ipFamilyPolicy'), policy, FAMILY_POLICIES);
}

function validateAgainstFamilies(ips: readonly string[], families: readonly string[], path: FieldPath, errors: FieldErrors): void {
  ips.forEach((ip, position) => {
    const expected = families[position];
    if (expected !== undefined && FAMILIES.includes(expected) && familyOf(ip) !== expected)
      errors.invalid(path.index(position), ip, `expected an ${expected} value as indicated by \`ipFamilies[${position}]\``);
  });
}

/** An address once given stays; a second one may come and go. */
export function validateClusterIpsUpdate(
  next: DeepReadonly<Service>,
  previous: DeepReadonly<Service>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (next.spec.type === 'ExternalName' || previous.spec.type === 'ExternalName') return;
  if (isHeadless(next) && isHeadless(previous)) return;
  validateListKept({ field: 'clusterIPs', singular: 'clusterIP' }, { next, previous }, path, errors);
  if (isHeadless(next) === isHeadless(previous))
    validateListKept({ field: 'ipFamilies', singular: 'ipFamily' }, { next, previous }, path, errors);
}

interface Names {
  readonly field: 'clusterIPs' | 'ipFamilies';
  readonly singular: string;
}

interface Versions {
  readonly next: DeepReadonly<Service>;
  readonly previous: DeepReadonly<Service>;
}

function validateListKept({ field, singular }: Names, { next, previous }: Versions, path: FieldPath, errors: FieldErrors): void {
  const [after, before] = [listOf(next.spec[field]), listOf(previous.spec[field])];
  const at = path.child(field);
  if (before.length > 0 && after.length === 0) errors.invalid(at.index(0), after, `primary ${singular} can not be unset`);
  const kept = after.length === before.length ? before.length : Math.min(1, before.length, after.length);
  for (let position = 0; position < kept; position++)
    if (after[position] !== before[position])
      errors.invalid(at.index(field === 'ipFamilies' ? 0 : position), after, 'may not change once set');
  if (before.length > 1 && after.length === 1 && next.spec.ipFamilyPolicy !== 'SingleStack')
    errors.invalid(
      path.child('ipFamilyPolicy'),
      next.spec.ipFamilyPolicy,
      `must be set to 'SingleStack' when releasing the secondary ${singular}`,
    );
}
