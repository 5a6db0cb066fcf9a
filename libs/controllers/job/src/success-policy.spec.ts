import { matchSuccessPolicy } from './success-policy';

describe('matchSuccessPolicy', () => {
  it.each([
    [[{ succeededIndexes: '0,2' }], [0, 1], undefined],
    [[{ succeededIndexes: '0,2' }], [0, 2], 'Matched rules at index 0'],
    [[{ succeededIndexes: '0-3', succeededCount: 2 }], [1, 3], 'Matched rules at index 0'],
    [[{ succeededIndexes: '0-3', succeededCount: 2 }], [1, 4], undefined],
    [[{ succeededIndexes: '9' }, { succeededCount: 1 }], [4], 'Matched rules at index 1'],
    [[{ succeededCount: 1 }], [], undefined],
  ])('%j with %j succeeded gives %s', (rules, succeeded, result) => {
    expect(matchSuccessPolicy({ rules }, new Set(succeeded), 5)).toBe(result);
  });
});
