import type { Toleration } from '../../../generated/core/v1';
import { tolerates, untoleratedTaint } from './taints';

describe('tolerates', () => {
  it.each<[Toleration, boolean]>([
    [{ operator: 'Exists' }, true],
    [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }, false],
    [{ key: 'k', value: 'v' }, true],
    [{ key: 'k', value: 'other' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
  ])('%j: %s', (toleration, expected) => {
    expect(tolerates(toleration, { key: 'k', value: 'v', effect: 'NoExecute' })).toBe(expected);
  });
});

describe('untoleratedTaint', () => {
  it('is the first of the effects asked for that nothing covers', () => {
    const taints = [
      { key: 'a', effect: 'PreferNoSchedule' },
      { key: 'b', effect: 'NoSchedule' },
      { key: 'c', effect: 'NoExecute' },
    ];
    expect(untoleratedTaint(taints, [{ key: 'b', operator: 'Exists' }], ['NoSchedule', 'NoExecute'])).toBe(taints[2]);
    expect(untoleratedTaint(taints, [{ operator: 'Exists' }], ['NoSchedule', 'NoExecute'])).toBeUndefined();
    expect(untoleratedTaint(undefined, undefined, ['NoSchedule'])).toBeUndefined();
  });
});
