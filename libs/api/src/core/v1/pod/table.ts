import { findCondition } from '@keelson/apimachinery';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { Pod } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { podSummary } from './status-summary';

export const columns: readonly TableColumn<Pod>[] = [
  nameColumn,
  {
    name: 'Ready',
    type: 'string',
    value: (pod) => {
      const { ready, total } = podSummary(pod);
      return `${ready}/${total}`;
    },
  },
  { name: 'Status', type: 'string', value: (pod) => podSummary(pod).reason },
  {
    name: 'Restarts',
    type: 'string',
    value: (pod, { age }) => {
      const { restarts, lastRestart } = podSummary(pod);
      return restarts === 0 || lastRestart === undefined ? String(restarts) : `${restarts} (${age(lastRestart)} ago)`;
    },
  },
  ageColumn,
  { name: 'IP', type: 'string', priority: 1, value: ({ status }) => orNone(status?.podIPs?.[0]?.ip) },
  { name: 'Node', type: 'string', priority: 1, value: ({ spec }) => orNone(spec.nodeName) },
  { name: 'Nominated Node', type: 'string', priority: 1, value: ({ status }) => orNone(status?.nominatedNodeName) },
  {
    name: 'Readiness Gates',
    type: 'string',
    priority: 1,
    value: ({ spec, status }) => {
      const gates = listOf(spec.readinessGates);
      const passed = gates.filter(({ conditionType }) => findCondition(status?.conditions, conditionType)?.status === 'True');
      return gates.length === 0 ? '<none>' : `${passed.length}/${gates.length}`;
    },
  },
];
