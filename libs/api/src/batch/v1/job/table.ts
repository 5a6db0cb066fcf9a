import { conditionIsTrue, humanDuration, labelSelectorText, type DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn, TableContext } from '../../../define-kind';
import type { Job } from '../../../generated/batch/v1';
import { containerColumns } from '../../../apps/v1/workload';

/** Conditions that end a Job, and those that only hold or announce; a Job that is being deleted is shown as such in between. */
const FINAL_STATES = ['Complete', 'Failed'];
const OTHER_STATES = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'];

export const columns: readonly TableColumn<Job>[] = [
  nameColumn,
  { name: 'Status', type: 'string', value: stateOf },
  { name: 'Completions', type: 'string', value: completionsText },
  { name: 'Duration', type: 'string', value: durationText },
  ageColumn,
  ...containerColumns<Job>(({ spec }) => spec.template),
  { name: 'Selector', type: 'string', priority: 1, value: ({ spec }) => labelSelectorText(spec.selector) },
];

function stateOf({ metadata, status }: DeepReadonly<Job>): string {
  const isTrue = (type: string): boolean => conditionIsTrue(status?.conditions, type);
  const ended = FINAL_STATES.find(isTrue);
  if (ended !== undefined) return ended;
  return metadata.deletionTimestamp !== undefined ? 'Terminating' : (OTHER_STATES.find(isTrue) ?? 'Running');
}

function completionsText({ spec, status }: DeepReadonly<Job>): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: DeepReadonly<Job>, { now }: TableContext): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? now() : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}
