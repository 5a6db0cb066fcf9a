import { nameIsPathSegment } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { clusterroles } from '../../../generated/rbac/v1';

export const clusterRole = defineKind(clusterroles, { validateName: nameIsPathSegment });
