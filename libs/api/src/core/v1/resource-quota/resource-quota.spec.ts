import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../../../generated/core/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { columns } from './table';
import { validateResourceQuota, validateResourceQuotaStatusUpdate, validateResourceQuotaUpdate } from './validation';
import { quotaWarnings } from './warnings';

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

  it('narrows down huge pages by no scope', () => {
    expect(onQuota({ hard: { 'hugepages-2Mi': '1Gi', 'requests.hugepages-2Mi': '1Gi' } })).toEqual([]);
    expect(onQuota({ hard: { 'hugepages-2Mi': '1Gi' }, scopes: ['Terminating'] })).toEqual([
      'spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource',
    ]);
  });

  it('names what is wrong with a scope selector', () => {
    const onSelector = (...matchExpressions: ScopedResourceSelectorRequirement[]) =>
      onQuota({ hard: { pods: '1' }, scopeSelector: { matchExpressions } }).map((problem) => problem.replace(/Invalid value: .*: /, ''));
    expect(onSelector({ scopeName: 'PriorityClass', operator: 'In', values: ['high'] })).toEqual([]);
    expect(onSelector({ scopeName: 'Weekend', operator: 'Exists' })).toEqual([
      'spec.scopeSelector.matchExpressions.scopeName: unsupported scope',
    ]);
    expect(onSelector({ scopeName: 'VolumeAttributesClass', operator: 'Exists', values: ['gold'] })).toEqual([
      'spec.scopeSelector.matchExpressions: unsupported scope applied to resource',
      "spec.scopeSelector.matchExpressions.values: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
    ]);
    expect(onSelector({ scopeName: 'Terminating', operator: 'Exists' }, { scopeName: 'NotTerminating', operator: 'Exists' })).toEqual([
      'spec.scopeSelector.matchExpressions: conflicting scopes',
    ]);
  });

  it('takes no amount of what is used that it could not limit', () => {
    const quota = testQuota({}, { status: { used: { pods: '-1' } } });
    expect(problems((path, errors) => validateResourceQuotaStatusUpdate(quota, quota, path, errors))).toEqual([
      'status.used[pods]: Invalid value: "-1": must be greater than or equal to 0',
    ]);
  });

  it('warns of requests that can never all be limited', () => {
    const quota = testQuota({ hard: { memory: '2Gi', 'limits.memory': '1Gi', 'requests.cpu': '1', 'limits.cpu': '1' } });
    expect(quotaWarnings(quota, undefined)).toEqual(['ResourceQuota memory (2Gi) should be less than limits.memory (1Gi)']);
    expect(quotaWarnings(quota, quota)).toEqual([]);
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
