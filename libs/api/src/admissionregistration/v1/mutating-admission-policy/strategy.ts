import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { mutatingadmissionpolicies, type MutatingAdmissionPolicy } from '../../../generated/admissionregistration/v1';
import { listOf } from '../../../presence';
import { paramKindText } from '../policy-columns';
import { defaultMatchResources } from '../policy-defaults';

const columns: readonly TableColumn<MutatingAdmissionPolicy>[] = [
  nameColumn,
  { name: 'Mutations', type: 'integer', value: ({ spec }) => listOf(spec.mutations).length },
  { name: 'ParamKind', type: 'string', value: ({ spec }) => paramKindText(spec.paramKind) },
  ageColumn,
];

export const mutatingAdmissionPolicy = defineKind(mutatingadmissionpolicies, { defaults, allowUnconditionalUpdate: false, columns });

function defaults({ spec }: MutatingAdmissionPolicy): void {
  spec.failurePolicy ??= 'Fail';
  defaultMatchResources(spec.matchConstraints);
}
