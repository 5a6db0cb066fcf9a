import { CachedObject } from './cached-object';
import { OrderedObjects } from './ordered-objects';

const object = (name: string, revision = 1) =>
  new CachedObject({ namespace: 'ns', name, revision }, Buffer.from('{}'), () => ({ labels: {}, fields: {} }));
const numbered = (index: number) => `name-${String(index).padStart(5, '0')}`;
const names = (objects: Iterable<CachedObject>) => [...objects].map(({ name }) => name);

/** A step that has no factor in common with `count` visits each number once. */
function filled(count: number, step: number) {
  const ordered = new OrderedObjects();
  for (let index = 0; index < count; index += 1) ordered.set(object(numbered((index * step) % count)));
  return ordered;
}

describe('OrderedObjects', () => {
  const all = Array.from({ length: 5000 }, (_, index) => numbered(index));

  it.each([
    ['first to last', 1],
    ['last to first', 4999],
    ['all over the place', 1777],
  ])('has thousands of objects in order that came %s', (_, step) => {
    const ordered = filled(5000, step);
    expect(ordered.size).toBe(5000);
    expect(names(ordered.inOrder())).toEqual(all);
  });

  it('goes on behind every name, there or not, and counts as many as come', () => {
    const ordered = filled(5000, 1777);
    for (const index of [0, 255, 256, 257, 511, 512, 513, 2500, 4998, 4999]) {
      for (const name of [numbered(index), `${numbered(index)}-`]) {
        expect(names(ordered.inOrder(name))).toEqual(all.slice(index + 1));
        expect(ordered.countBehind(name)).toBe(4999 - index);
      }
    }
    expect(ordered.countBehind('a')).toBe(5000);
    expect(ordered.countBehind('z')).toBe(0);
  });

  it('agrees with a map through many random changes, down to nothing', () => {
    const ordered = new OrderedObjects();
    const model = new Map<string, CachedObject>();
    let seed = 7;
    const random = (bound: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % bound;
    for (let step = 0; step < 20_000; step += 1) {
      const next = object(numbered(random(4000)), step);
      if (random(3) === 0) {
        expect(ordered.delete(next.name)).toBe(model.get(next.name));
        model.delete(next.name);
      } else {
        expect(ordered.set(next)).toBe(model.get(next.name));
        model.set(next.name, next);
      }
      expect(ordered.get(next.name)).toBe(model.get(next.name));
    }
    expect(names(ordered.inOrder())).toEqual([...model.keys()].sort());
    for (const name of model.keys()) expect(ordered.delete(name)?.name).toBe(name);
    expect([ordered.size, names(ordered.inOrder()), ordered.get('name-00001')]).toEqual([0, [], undefined]);
    ordered.set(object('again'));
    expect(names(ordered.inOrder())).toEqual(['again']);
  });
});
