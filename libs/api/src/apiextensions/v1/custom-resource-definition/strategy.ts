import { nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { customresourcedefinitions, type CustomResourceDefinition } from '../../../generated/apiextensions/v1';
import { defaultCustomResourceDefinition, rememberStoredVersion } from './defaults';
import { validateCustomResourceDefinition, validateCustomResourceDefinitionUpdate } from './validation';

const columns: readonly TableColumn<CustomResourceDefinition>[] = [
  nameColumn,
  { name: 'Created At', type: 'date', value: ({ metadata }) => metadata.creationTimestamp },
];

export const customResourceDefinition = defineKind(customresourcedefinitions, {
  storagePath: 'apiextensions.k8s.io/customresourcedefinitions',
  defaults: defaultCustomResourceDefinition,
  prepareForCreate: rememberStoredVersion,
  prepareForUpdate: rememberStoredVersion,
  validate: validateCustomResourceDefinition,
  validateUpdate: validateCustomResourceDefinitionUpdate,
  allowUnconditionalUpdate: false,
  columns,
});
