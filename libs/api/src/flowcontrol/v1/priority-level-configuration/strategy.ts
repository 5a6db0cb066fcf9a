import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { prioritylevelconfigurations, type PriorityLevelConfiguration } from '../../../generated/flowcontrol/v1';
import { validatePriorityLevelConfiguration } from './validation';

const DEFAULT_SHARES = 30;
const DEFAULT_HAND_SIZE = 8;
const DEFAULT_QUEUES = 64;
const DEFAULT_QUEUE_LENGTH = 50;

const columns: readonly TableColumn<PriorityLevelConfiguration>[] = [
  nameColumn,
  { name: 'Type', type: 'string', value: ({ spec }) => spec.type },
  { name: 'NominalConcurrencyShares', type: 'string', value: ({ spec }) => spec.limited?.nominalConcurrencyShares ?? '<none>' },
  { name: 'Queues', type: 'string', value: ({ spec }) => spec.limited?.limitResponse?.queuing?.queues ?? '<none>' },
  { name: 'HandSize', type: 'string', value: ({ spec }) => spec.limited?.limitResponse?.queuing?.handSize ?? '<none>' },
  { name: 'QueueLengthLimit', type: 'string', value: ({ spec }) => spec.limited?.limitResponse?.queuing?.queueLengthLimit ?? '<none>' },
  ageColumn,
];

export const priorityLevelConfiguration = defineKind(prioritylevelconfigurations, {
  defaults,
  validate: validatePriorityLevelConfiguration,
  columns,
});

function defaults({ spec: { exempt, limited } }: PriorityLevelConfiguration): void {
  if (exempt !== undefined) {
    exempt.nominalConcurrencyShares ??= 0;
    exempt.lendablePercent ??= 0;
  }
  if (limited === undefined) return;
  limited.nominalConcurrencyShares ??= DEFAULT_SHARES;
  limited.lendablePercent ??= 0;
  const queuing = limited.limitResponse?.queuing;
  if (queuing === undefined) return;
  queuing.handSize ??= DEFAULT_HAND_SIZE;
  queuing.queues ??= DEFAULT_QUEUES;
  queuing.queueLengthLimit ??= DEFAULT_QUEUE_LENGTH;
}
