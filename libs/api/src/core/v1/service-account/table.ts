import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { ServiceAccount } from '../../../generated/core/v1';

export const columns: readonly TableColumn<ServiceAccount>[] = [nameColumn, ageColumn];
