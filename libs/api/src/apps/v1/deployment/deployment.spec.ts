import { problems, storedMeta } from '../../../testing/problems';
import { testContainer } from '../../../testing/pods';
import type { Deployment } from '../../../generated/apps/v1';
import { defaultDeployment } from './defaults';
import { columns } from './table';
import { validateDeployment, validateDeploymentUpdate } from './validation';

function testDeployment(spec: Partial<Deployment['spec']> = {}): Deployment {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [testContainer()] },
  } as unknown as Deployment['spec']['template'];
  const deployment: Deployment = {
    metadata: storedMeta(),
    spec: { selector: { matchLabels: { app: 'web' } }, template, ...structuredClone(spec) },
  };
  defaultDeployment(deployment);
  return deployment;
}

const on = (deployment: Deployment) => problems((path, errors) => validateDeployment(deployment, path, errors));

describe('a Deployment', () => {
  it('rolls over by quarters, keeps ten revisions and waits ten minutes, unless it says otherwise', () => {
    expect(testDeployment().spec).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
    expect(on(testDeployment())).toEqual([]);
  });

  it.each([
    [{ matchLabels: { 'bad key!': 'x' } }, 'spec.selector.matchLabels'],
    [{ matchExpressions: [{ key: 'app', operator: 'Near', values: ['x'] }] }, 'spec.selector.matchExpressions[0].operator'],
    [{ matchExpressions: [{ key: 'app', operator: 'In' }] }, 'spec.selector.matchExpressions[0].values'],
  ])('says what is wrong with the selector %j, and that it is wrong', (selector, field) => {
    const fields = on(testDeployment({ selector })).map((problem) => problem.split(': ')[0]);
    expect(fields[0]).toBe(field);
    expect(fields.at(-1)).toBe('spec.selector');
  });

  it('needs room to move when it rolls over', () => {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } };
    expect(on(testDeployment({ strategy }))).toEqual([
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ]);
  });

  it('refuses the numbers of a rolling update for one that recreates', () => {
    expect(on(testDeployment({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }))).toEqual([
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ]);
  });

  it('keeps its selector for life', () => {
    const changed = testDeployment({ selector: { matchLabels: { app: 'other' } } });
    expect(problems((path, errors) => validateDeploymentUpdate(changed, testDeployment(), path, errors))).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
    ]);
  });

  it('shows how many of its pods are ready', () => {
    const deployment = { ...testDeployment({ replicas: 3 }), status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 } };
    const cells = columns.map((column) => column.value(deployment, { age: () => '5m', now: () => 0 }));
    expect(cells).toEqual(['web', '2/3', 3, 1, '5m', 'app', 'nginx:1.27', 'app=web']);
  });
});
