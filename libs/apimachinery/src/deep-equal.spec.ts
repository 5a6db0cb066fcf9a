import { deepEqual, semanticEqual } from './deep-equal';

describe('deepEqual', () => {
  it('compares values, not the order of properties, and takes undefined for absent', () => {
    expect(deepEqual({ a: [1, { b: 'x' }], c: undefined }, { a: [1, { b: 'x' }] })).toBe(true);
    expect(deepEqual({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(deepEqual([1, 2], [2, 1])).toBe(false);
    expect(deepEqual({ a: 1 }, { b: 1 })).toBe(false);
    expect(deepEqual([], {})).toBe(false);
  });

  it('tells an empty list from an absent one, which semanticEqual does not', () => {
    expect(deepEqual({ a: [] }, {})).toBe(false);
    expect(semanticEqual({ a: [], b: {} }, {})).toBe(true);
    expect(semanticEqual({}, { a: [1] })).toBe(false);
  });
});
