import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { mutatingadmissionpolicybindings, type MutatingAdmissionPolicyBinding } from '../../../generated/admissionregistration/v1';
import { paramRefText } from '../policy-columns';
import { defaultMatchResources } from '../policy-defaults';

const columns: readonly TableColumn<MutatingAdmissionPolicyBinding>[] = [
  nameColumn,
  { name: 'PolicyName', type: 'string', value: ({ spec }) => spec.policyName ?? '' },
  { name: 'ParamRef', type: 'string', value: ({ spec }) => paramRefText(spec.paramRef) },
  ageColumn,
];

export const mutatingAdmissionPolicyBinding = defineKind(mutatingadmissionpolicybindings, {
  defaults: ({ spec }) => defaultMatchResources(spec.matchResources),
  allowUnconditionalUpdate: false,
  columns,
});
