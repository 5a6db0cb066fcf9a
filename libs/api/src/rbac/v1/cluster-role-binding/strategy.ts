import { nameIsPathSegment } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { clusterrolebindings } from '../../../generated/rbac/v1';
import { bindingColumns } from '../binding-columns';
import { defaultBinding, validateBinding, validateBindingUpdate } from '../binding-rules';

export const clusterRoleBinding = defineKind(clusterrolebindings, {
  validateName: nameIsPathSegment,
  generationFrom: [],
  allowCreateOnUpdate: true,
  defaults: defaultBinding,
  validate: (object, path, errors) => validateBinding(object, path, errors, { namespaced: false }),
  validateUpdate: validateBindingUpdate,
  columns: bindingColumns,
});
