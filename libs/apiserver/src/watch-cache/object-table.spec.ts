import { CachedObject } from './cached-object';
import { ObjectTable } from './object-table';

const object = (namespace: string, name: string, revision = 1) =>
  new CachedObject({ namespace, name, revision }, Buffer.from('{}'), () => ({ labels: {}, fields: {} }));
const keys = (objects: Iterable<CachedObject>) => [...objects].map(({ namespace, name }) => `${namespace}/${name}`);

const tableOf = (...all: readonly (readonly [string, string])[]) => {
  const table = new ObjectTable();
  for (const [namespace, name] of all) table.set(object(namespace, name));
  return table;
};

describe('ObjectTable', () => {
  it('is in the order of the keys in the store, in which a-b/ comes before a/', () => {
    expect(keys(tableOf(['a', 'y'], ['a-b', 'x'], ['a', 'b'], ['b', 'a']).inOrder())).toEqual(['a-b/x', 'a/b', 'a/y', 'b/a']);
  });

  it('gives back what a new version replaces, and counts it once', () => {
    const table = tableOf(['a', 'x']);
    expect(table.set(object('a', 'x', 2))?.revision).toBe(1);
    expect([table.size, table.count('a'), table.get('a', 'x')?.revision]).toEqual([1, 1, 2]);
  });

  it('walks on from a position whose object is gone', () => {
    const table = tableOf(['a', 'a'], ['a', 'b'], ['a', 'c'], ['b', 'a']);
    table.delete('a', 'b');
    const seen: CachedObject[] = [];
    table.walk({ namespace: undefined, after: { namespace: 'a', name: 'b' } }, (each) => seen.push(each) < 10);
    expect(keys(seen)).toEqual(['a/c', 'b/a']);
  });

  it('forgets a namespace with its last object', () => {
    const table = tableOf(['a', 'x'], ['b', 'y']);
    expect(table.delete('a', 'x')?.name).toBe('x');
    expect(table.delete('a', 'x')).toBeUndefined();
    expect(keys(table.inOrder())).toEqual(['b/y']);
  });

  it('agrees with a sorted map through a thousand random changes', () => {
    const table = new ObjectTable();
    const model = new Map<string, CachedObject>();
    let seed = 7;
    const random = (bound: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % bound;
    for (let step = 0; step < 1000; step += 1) {
      const next = object(`ns-${random(4)}`, `name-${random(40)}`, step);
      const key = `${next.namespace}/${next.name}`;
      if (random(3) === 0) {
        expect(table.delete(next.namespace, next.name)).toBe(model.get(key));
        model.delete(key);
      } else {
        expect(table.set(next)).toBe(model.get(key));
        model.set(key, next);
      }
    }
    expect(keys(table.inOrder())).toEqual([...model.keys()].sort());
    expect(table.size).toBe(model.size);
  });
});
