import { nameIsPathSegment } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { clusterroles } from '../../../generated/rbac/v1';
import { roleColumns } from '../role-columns';
import { validateClusterRole } from './validation';

export const clusterRole = defineKind(clusterroles, {
  validateName: nameIsPathSegment,
  generationFrom: [],
  allowCreateOnUpdate: true,
  validate: validateClusterRole,
  columns: roleColumns,
});
