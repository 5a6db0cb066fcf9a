import { builtInSchemas } from '../schema/built-in-schemas';
import { zeroField } from './zero-values';

const statusOf = (group: string, kind: string): unknown => {
  const type = builtInSchemas().schemaOf({ group, version: 'v1', kind });
  if (type === undefined) throw new Error(`no kind ${kind}`);
  return zeroField(type, 'status');
};

describe('the zero value of a status', () => {
  it('has the numbers that are always written', () => {
    expect(statusOf('apps', 'ReplicaSet')).toEqual({ replicas: 0 });
    expect(statusOf('policy', 'PodDisruptionBudget')).toEqual({
      disruptionsAllowed: 0,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
    });
  });

  it('is empty where nothing is always written, and absent where there is none', () => {
    expect(statusOf('apps', 'Deployment')).toEqual({});
    expect(statusOf('', 'ConfigMap')).toBeUndefined();
  });
});
