import { defineKind } from '../../../define-kind';
import { serviceaccounts } from '../../../generated/core/v1';
import { columns } from './table';

export const serviceAccount = defineKind(serviceaccounts, { columns });
