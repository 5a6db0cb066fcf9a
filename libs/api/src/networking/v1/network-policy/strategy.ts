import { labelSelectorText } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { networkpolicies, type NetworkPolicy } from '../../../generated/networking/v1';

const columns: readonly TableColumn<NetworkPolicy>[] = [
  nameColumn,
  { name: 'Pod-Selector', type: 'string', value: ({ spec }) => labelSelectorText(spec.podSelector ?? {}) },
  ageColumn,
];

export const networkPolicy = defineKind(networkpolicies, { defaults, columns });

/** A policy is about what comes in, and about what goes out if it says anything of that. */
function defaults({ spec }: NetworkPolicy): void {
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
  spec.policyTypes ??= spec.egress === undefined || spec.egress.length === 0 ? ['Ingress'] : ['Ingress', 'Egress'];
}
