import { nameIsPathSegment } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { rolebindings } from '../../../generated/rbac/v1';

export const roleBinding = defineKind(rolebindings, { validateName: nameIsPathSegment });
