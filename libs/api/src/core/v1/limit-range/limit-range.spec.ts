import type { LimitRange, LimitRangeItem } from '../../../generated/core/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { defaultLimitRange } from './defaults';
import { validateLimitRange } from './validation';

function testRange(...limits: LimitRangeItem[]): LimitRange {
  const range = { metadata: storedMeta(), spec: { limits } };
  defaultLimitRange(range);
  return range;
}
const onRange = (...limits: LimitRangeItem[]) => problems((path, errors) => validateLimitRange(testRange(...limits), path, errors));

describe('a LimitRange', () => {
  it('lets a container have the most and ask for what it has, or for the least', () => {
    expect(testRange({ type: 'Container', max: { cpu: '2' }, min: { memory: '64Mi' } }).spec.limits).toEqual([
      {
        type: 'Container',
        max: { cpu: '2' },
        min: { memory: '64Mi' },
        default: { cpu: '2' },
        defaultRequest: { cpu: '2', memory: '64Mi' },
      },
    ]);
  });

  it('orders least, request, limit and most', () => {
    expect(
      onRange({ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' }, default: { cpu: '1' }, defaultRequest: { cpu: '2' } }),
    ).toEqual([
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1',
      'spec.limits[0].default[cpu]: Invalid value: "1": min value 2 is greater than default value 1',
    ]);
  });

  it('gives no defaults to whole pods, and is one item for each type', () => {
    expect(onRange({ type: 'Pod', default: { cpu: '1' } }, { type: 'Pod' }, { type: 'Node' })).toEqual([
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
      'spec.limits[1].type: Duplicate value: "Pod"',
      'spec.limits[2].type: Invalid value: "Node": must be a standard limit type or fully qualified',
    ]);
  });

  it('refuses a ratio that no container could reach', () => {
    expect(onRange({ type: 'Pod', max: { cpu: '2' }, min: { cpu: '1' }, maxLimitRequestRatio: { cpu: '3' } })).toEqual([
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000',
    ]);
  });
});
