import { ageColumn, nameColumn, orNone } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { flowschemas, type FlowSchema } from '../../../generated/flowcontrol/v1';
import { listOf } from '../../../presence';
import { validateFlowSchema } from './validation';

const DEFAULT_PRECEDENCE = 1000;

const columns: readonly TableColumn<FlowSchema>[] = [
  nameColumn,
  { name: 'PriorityLevel', type: 'string', value: ({ spec }) => spec.priorityLevelConfiguration.name },
  { name: 'MatchingPrecedence', type: 'string', value: ({ spec }) => spec.matchingPrecedence ?? 0 },
  { name: 'DistinguisherMethod', type: 'string', value: ({ spec }) => orNone(spec.distinguisherMethod?.type) },
  ageColumn,
  {
    name: 'MissingPL',
    type: 'string',
    value: ({ status }) => listOf(status?.conditions).find(({ type }) => type === 'Dangling')?.status ?? '?',
  },
];

export const flowSchema = defineKind(flowschemas, {
  defaults: ({ spec }) => {
    if ((spec.matchingPrecedence ?? 0) === 0) spec.matchingPrecedence = DEFAULT_PRECEDENCE;
  },
  validate: validateFlowSchema,
  columns,
});
