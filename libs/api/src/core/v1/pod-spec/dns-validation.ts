import {
  addProblems,
  dns1123Subdomain,
  dns1123SubdomainWithUnderscore,
  ipAddress,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { HostAlias, PodSpec } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateOneOf } from './one-of';

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

export function validateDns({ dnsPolicy, dnsConfig }: DeepReadonly<PodSpec>, path: FieldPath, errors: FieldErrors): void {
  validateOneOf(dnsPolicy, DNS_POLICIES, path.child('dnsPolicy'), errors);
  const at = path.child('dnsConfig');
  if (dnsPolicy === 'None') {
    if (dnsConfig === undefined) return errors.required(at, 'must provide `dnsConfig` when `dnsPolicy` is None');
    if (isEmpty(dnsConfig.nameservers))
      return errors.required(at.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None');
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (nameservers.length > MAX_NAMESERVERS)
    errors.invalid(at.child('nameservers'), nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`);
  nameservers.forEach((server, position) => addProblems(ipAddress(server), server, at.child('nameservers').index(position), errors));
  validateSearches(searches, at.child('searches'), errors);
  options.forEach(({ name }, position) => {
    if (isEmpty(name)) errors.required(at.child('options').index(position), 'must not be empty');
  });
}

function validateSearches(searches: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (searches.length > MAX_SEARCHES) errors.invalid(path, searches, `must not have more than ${MAX_SEARCHES} search paths`);
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS)
    errors.invalid(path, searches, `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`);
  searches.forEach((search, position) => {
    const name = search.replace(/\.$/, '');
    if (search !== '.') addProblems(dns1123SubdomainWithUnderscore(name), name, path.index(position), errors);
  });
}

export function validateHostAliases(aliases: DeepReadonly<HostAlias[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  listOf(aliases).forEach(({ ip, hostnames }, position) => {
    const at = path.index(position);
    addProblems(ipAddress(ip), ip, at.child('ip'), errors);
    listOf(hostnames).forEach((name, index) => addProblems(dns1123Subdomain(name), name, at.child('hostnames').index(index), errors));
  });
}
