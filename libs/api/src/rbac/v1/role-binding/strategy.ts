import { nameIsPathSegment } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { rolebindings } from '../../../generated/rbac/v1';
import { bindingColumns } from '../binding-columns';
import { defaultBinding, validateBinding, validateBindingUpdate } from '../binding-rules';

export const roleBinding = defineKind(rolebindings, {
  validateName: nameIsPathSegment,
  generationFrom: [],
  allowCreateOnUpdate: true,
  defaults: defaultBinding,
  validate: (object, path, errors) => validateBinding(object, path, errors, { namespaced: true }),
  validateUpdate: validateBindingUpdate,
  columns: bindingColumns,
});
