import { revisionHash } from './revision-hash';

describe('revisionHash', () => {
  it('differs with the data and with the count of collisions', () => {
    const hashes = [revisionHash({ a: 1 }, 0), revisionHash({ a: 2 }, 0), revisionHash({ a: 1 }, 1)];
    expect(new Set(hashes).size).toBe(3);
  });

  it("is upstream's FNV-1 of the JSON that Go writes, with its escapes", () => {
    // fnv.New32 over {"a":"\u003c"}0 and over {}0
    expect([revisionHash({ a: '<' }, 0), revisionHash({}, 0)]).toEqual(['7649c48bbf', 'cccc864bc']);
  });
});
