import type { RuntimeClass } from '../../../generated/node/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { runtimeClass } from './strategy';

const testClass = (fields: Partial<RuntimeClass> = {}): RuntimeClass => ({ metadata: storedMeta(), handler: 'runc', ...fields });
const on = (fields: Partial<RuntimeClass>) => problems((path, errors) => runtimeClass.validate?.(testClass(fields), path, errors));

describe('a RuntimeClass', () => {
  it('names a handler for good', () => {
    expect(on({})).toEqual([]);
    expect(on({ handler: '' })).toEqual(['handler: Required value']);
    expect(on({ handler: 'a.b' })).toEqual(['handler: Invalid value: "a.b": must not contain dots']);
    expect(problems((path, errors) => runtimeClass.validateUpdate?.(testClass({ handler: 'other' }), testClass(), path, errors))).toEqual([
      'handler: Invalid value: "other": field is immutable',
    ]);
  });

  it('adds amounts of resources, and each toleration once', () => {
    const toleration = { key: 'a', operator: 'Exists' };
    const scheduling = { nodeSelector: { 'bad key': 'x' }, tolerations: [toleration, toleration] };
    expect(on({ overhead: { podFixed: { cpu: '-1' } }, scheduling })).toEqual([
      'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      expect.stringMatching(/^scheduling.nodeSelector: Invalid value: "bad key"/),
      'scheduling.tolerations[1]: Duplicate value: {"key":"a","operator":"Exists"}',
    ]);
  });
});
