import { nameIsPathSegment } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { clusterrolebindings } from '../../../generated/rbac/v1';

export const clusterRoleBinding = defineKind(clusterrolebindings, { validateName: nameIsPathSegment });
