import type { ResourceQuota, ResourceQuotaSpec } from '../../../generated/core/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { columns } from './table';
import { validateResourceQuota, validateResourceQuotaUpdate } from './validation';

const testQuota = (spec: ResourceQuotaSpec, rest: Partial<ResourceQuota> = {}): ResourceQuota => ({
  metadata: storedMeta(),
  spec,
  ...rest,
});
const onQuota = (spec: ResourceQuotaSpec) => problems((path, errors) => validateResourceQuota(testQuota(spec), path, errors));

describe('a ResourceQuota', () => {
  it('limits what it knows, in whole numbers where parts make no sense', () => {
    expect(
      onQuota({ hard: { pods: '10', 'requests.cpu': '1500m', 'count/deployments.apps': '3', 'requests.example.com/gpu': '1' } }),
    ).toEqual([]);
    expect(onQuota({ hard: { pods: '1500m', storage: '1' } })).toEqual([
      'spec.hard[pods]: Invalid value: "1500m": must be an integer',
      'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
    ]);
  });

  it('narrows down only what a scope applies to', () => {
    expect(onQuota({ hard: { services: '1' }, scopes: ['BestEffort', 'NotBestEffort'] })).toEqual([
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    ]);
  });

  it('keeps its scopes, in whatever order', () => {
    const onUpdate = (next: string[], previous: string[]) =>
      problems((path, errors) => validateResourceQuotaUpdate(testQuota({ scopes: next }), testQuota({ scopes: previous }), path, errors));
    expect(onUpdate(['Terminating', 'NotBestEffort'], ['NotBestEffort', 'Terminating'])).toEqual([]);
    expect(onUpdate(['Terminating'], [])).toEqual(['spec.scopes: Invalid value: ["Terminating"]: field is immutable']);
  });

  it('shows what is used of requests and of limits', () => {
    const quota = testQuota({}, { status: { hard: { pods: '10', 'limits.cpu': '4' }, used: { pods: '3' } } });
    expect(columns.map((column) => column.value(quota, { age: () => '5m', now: () => 0 }))).toEqual([
      'web',
      'pods: 3/10',
      'limits.cpu: 0/4',
      '5m',
    ]);
  });
});
