import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { validatingadmissionpolicybindings, type ValidatingAdmissionPolicyBinding } from '../../../generated/admissionregistration/v1';
import { paramRefText } from '../policy-columns';
import { defaultMatchResources } from '../policy-defaults';

const columns: readonly TableColumn<ValidatingAdmissionPolicyBinding>[] = [
  nameColumn,
  { name: 'PolicyName', type: 'string', value: ({ spec }) => spec.policyName },
  { name: 'ParamRef', type: 'string', value: ({ spec }) => paramRefText(spec.paramRef) },
  ageColumn,
];

export const validatingAdmissionPolicyBinding = defineKind(validatingadmissionpolicybindings, {
  defaults: ({ spec }) => defaultMatchResources(spec.matchResources),
  allowUnconditionalUpdate: false,
  columns,
});
