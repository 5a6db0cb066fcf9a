import {
  addProblems,
  dns1123Label,
  validateImmutable,
  validateLabels,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { validateResources } from '../../../core/v1/pod-spec/resource-validation';
import { validateTolerations } from '../../../core/v1/pod-spec/scheduling-validation';
import { defineKind, type TableColumn } from '../../../define-kind';
import { runtimeclasses, type RuntimeClass, type Scheduling } from '../../../generated/node/v1';
import { isEmpty, listOf } from '../../../presence';

const columns: readonly TableColumn<RuntimeClass>[] = [
  nameColumn,
  { name: 'Handler', type: 'string', value: ({ handler }) => handler },
  ageColumn,
];

export const runtimeClass = defineKind(runtimeclasses, {
  generationFrom: [],
  validate,
  validateUpdate: (next, previous, path, errors) =>
    validateImmutable({ next: next.handler, previous: previous.handler }, path.child('handler'), errors),
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  columns,
});

function validate({ handler, overhead, scheduling }: DeepReadonly<RuntimeClass>, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(handler)) errors.required(path.child('handler'));
  else addProblems(dns1123Label(handler), handler, path.child('handler'), errors);
  if (overhead?.podFixed !== undefined) validateResources({ limits: overhead.podFixed }, path.child('overhead'), errors);
  if (scheduling !== undefined) validateScheduling(scheduling, path.child('scheduling'), errors);
}

function validateScheduling({ nodeSelector, tolerations }: DeepReadonly<Scheduling>, path: FieldPath, errors: FieldErrors): void {
  validateLabels(nodeSelector, path.child('nodeSelector'), errors);
  validateTolerations(tolerations, path.child('tolerations'), errors);
  const meanings = listOf(tolerations).map(({ effect = '', key = '', operator = '', value = '' }) =>
    JSON.stringify([key, operator, value, effect]),
  );
  listOf(tolerations).forEach((toleration, index) => {
    if (meanings.indexOf(meanings[index] ?? '') < index) errors.duplicate(path.child('tolerations').index(index), toleration);
  });
}
