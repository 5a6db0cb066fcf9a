import { defineKind } from '../../../define-kind';
import { bindings } from '../../../generated/core/v1';
import { validateBinding } from './validation';

export const binding = defineKind(bindings, { validate: validateBinding });
