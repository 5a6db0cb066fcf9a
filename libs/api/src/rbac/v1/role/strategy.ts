import { nameIsPathSegment } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { roles } from '../../../generated/rbac/v1';

export const role = defineKind(roles, { validateName: nameIsPathSegment });
