import { defineKind } from '../../../define-kind';
import { componentstatuses } from '../../../generated/core/v1';
import { columns } from './table';

export const componentStatus = defineKind(componentstatuses, { deprecation: 'v1 ComponentStatus is deprecated in v1.19+', columns });
