import { defineKind } from '../../../define-kind';
import { componentstatuses } from '../../../generated/core/v1';
import { columns } from './table';

export const componentStatus = defineKind(componentstatuses, { columns });
