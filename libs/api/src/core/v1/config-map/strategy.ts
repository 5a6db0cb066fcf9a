import { defineKind } from '../../../define-kind';
import { configmaps } from '../../../generated/core/v1';
import { columns } from './table';
import { validateConfigMap, validateConfigMapUpdate } from './validation';

export const configMap = defineKind(configmaps, {
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
  columns,
});
