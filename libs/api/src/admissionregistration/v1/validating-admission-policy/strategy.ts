import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { validatingadmissionpolicies, type ValidatingAdmissionPolicy } from '../../../generated/admissionregistration/v1';
import { listOf } from '../../../presence';
import { paramKindText } from '../policy-columns';
import { defaultMatchResources } from '../policy-defaults';

const columns: readonly TableColumn<ValidatingAdmissionPolicy>[] = [
  nameColumn,
  { name: 'Validations', type: 'integer', value: ({ spec }) => listOf(spec.validations).length },
  { name: 'ParamKind', type: 'string', value: ({ spec }) => paramKindText(spec.paramKind) },
  ageColumn,
];

export const validatingAdmissionPolicy = defineKind(validatingadmissionpolicies, { defaults, allowUnconditionalUpdate: false, columns });

function defaults({ spec }: ValidatingAdmissionPolicy): void {
  spec.failurePolicy ??= 'Fail';
  defaultMatchResources(spec.matchConstraints);
}
