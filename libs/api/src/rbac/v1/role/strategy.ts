import { nameIsPathSegment } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { roles } from '../../../generated/rbac/v1';
import { roleColumns } from '../role-columns';
import { validateRules } from '../rules-validation';

export const role = defineKind(roles, {
  validateName: nameIsPathSegment,
  generationFrom: [],
  allowCreateOnUpdate: true,
  validate: ({ rules }, path, errors) => validateRules(rules, path.child('rules'), errors, { namespaced: true }),
  columns: roleColumns,
});
