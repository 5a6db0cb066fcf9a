import { firstPendingIndexes, formatIndexes, parseIndexes } from './completed-indexes';

describe('completed indexes', () => {
  it.each([
    ['', []],
    ['4', [4]],
    ['0,1', [0, 1]],
    ['0-2,5,7-9', [0, 1, 2, 5, 7, 8, 9]],
  ])('%j stands for %j, both ways', (text, indexes) => {
    expect([...parseIndexes(text, 10)]).toEqual(indexes);
    expect(formatIndexes(new Set([...indexes].reverse()))).toBe(text);
  });

  it('leaves out what is not below the completions', () => {
    expect([...parseIndexes('0,3-9', 5)]).toEqual([0, 3, 4]);
  });

  it('takes the lowest that are free', () => {
    expect(firstPendingIndexes(2, 5, new Set([0, 2]))).toEqual([1, 3]);
    expect(firstPendingIndexes(9, 3, new Set([1]))).toEqual([0, 2]);
  });
});
