import { labelSelectorText } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { networkpolicies, type NetworkPolicy } from '../../../generated/networking/v1';
import { isEmpty } from '../../../presence';
import { validateNetworkPolicyCreate, validateNetworkPolicyUpdate } from './validation';

const columns: readonly TableColumn<NetworkPolicy>[] = [
  nameColumn,
  { name: 'Pod-Selector', type: 'string', value: ({ spec }) => labelSelectorText(spec.podSelector ?? {}) },
  ageColumn,
];

export const networkPolicy = defineKind(networkpolicies, {
  defaults,
  validateCreate: validateNetworkPolicyCreate,
  validateUpdate: validateNetworkPolicyUpdate,
  columns,
});

/** A policy is about what comes in, and about what goes out if it says anything of that. */
function defaults({ spec }: NetworkPolicy): void {
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
  if (isEmpty(spec.policyTypes)) spec.policyTypes = isEmpty(spec.egress) ? ['Ingress'] : ['Ingress', 'Egress'];
}
