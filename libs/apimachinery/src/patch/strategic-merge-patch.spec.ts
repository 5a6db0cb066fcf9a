import { StatusError } from '../status-error';
import type { Json, JsonObject } from './json';
import type { PatchField, PatchSchema } from './patch-schema';
import { applyStrategicMergePatch } from './strategic-merge-patch';

const schemaOf = (name: string, fields: Record<string, PatchField>): PatchSchema => ({ name, field: (field) => fields[field] });

const port = schemaOf('ContainerPort', {});
const container = schemaOf('Container', { ports: { patchStrategy: 'merge', mergeKey: 'containerPort', schema: port } });
const pod = schemaOf('PodSpec', {
  containers: { patchStrategy: 'merge', mergeKey: 'name', schema: container },
  finalizers: { patchStrategy: 'merge' },
  strategy: { patchStrategy: 'retainKeys' },
  whole: { patchStrategy: 'replace' },
});

function frozen<T extends Json>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
const apply = (target: JsonObject, patch: JsonObject) => applyStrategicMergePatch(frozen(target), frozen(patch), pod);
const named = (...names: string[]) => names.map((name) => ({ name }));

describe('applyStrategicMergePatch', () => {
  it('merges list elements by their key, deeply, and shares those it leaves alone', () => {
    const other = { name: 'b', image: 'b:1' };
    const target = { containers: [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80, name: 'http' }] }, other] };
    const patch = { containers: [{ name: 'a', image: 'a:2', ports: [{ containerPort: 81 }] }] };
    const result = apply(target, patch) as typeof target;
    expect(result).toEqual({
      containers: [{ name: 'a', image: 'a:2', ports: [{ containerPort: 81 }, { containerPort: 80, name: 'http' }] }, other],
    });
    expect(result.containers[1]).toBe(other);
  });

  it('deletes with null and replaces lists without a merge strategy', () => {
    expect(apply({ a: 1, b: { c: 1, d: 2 }, list: [1, 2] }, { a: null, b: { c: null }, list: [3] })).toEqual({ b: { d: 2 }, list: [3] });
  });

  it('deletes an element with $patch: delete, and replaces the list with $patch: replace', () => {
    const target = { containers: named('a', 'b') };
    expect(apply(target, { containers: [{ name: 'a', $patch: 'delete' }, { name: 'c' }] })).toEqual({ containers: named('c', 'b') });
    expect(apply(target, { containers: [{ $patch: 'replace' }, { name: 'z' }] })).toEqual({ containers: named('z') });
  });

  it('replaces or empties an object with its directive', () => {
    expect(apply({ a: { x: 1 } }, { a: { $patch: 'replace', y: 2 } })).toEqual({ a: { y: 2 } });
    expect(apply({ a: { x: 1 } }, { a: { $patch: 'delete' } })).toEqual({ a: {} });
    expect(apply({ whole: { x: 1 } }, { whole: { y: 1 } })).toEqual({ whole: { y: 1 } });
  });

  it('adds to a list of primitives without repeating, and deletes from it', () => {
    expect(apply({ finalizers: ['a', 'b'] }, { finalizers: ['b', 'c'] })).toEqual({ finalizers: ['a', 'b', 'c'] });
    expect(apply({ finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] })).toEqual({ finalizers: ['b'] });
    expect(apply({}, { '$deleteFromPrimitiveList/finalizers': ['a'] })).toEqual({});
  });

  it('orders by $setElementOrder, and keeps what only the server has where it was', () => {
    const target = { containers: named('a', 'server', 'b') };
    const patch = { containers: named('c', 'b'), '$setElementOrder/containers': named('c', 'b', 'a') };
    expect(apply(target, patch)).toEqual({ containers: named('c', 'server', 'b', 'a') });
    expect(apply(target, { '$setElementOrder/containers': named('b', 'a') })).toEqual({ containers: named('server', 'b', 'a') });
  });

  it('orders primitives by $setElementOrder', () => {
    const patch = { finalizers: ['c'], '$setElementOrder/finalizers': ['c', 'b', 'a'] };
    expect(apply({ finalizers: ['a', 'b'] }, patch)).toEqual({ finalizers: ['c', 'b', 'a'] });
  });

  it('keeps only the keys that $retainKeys names', () => {
    const target = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    expect(apply(target, { strategy: { $retainKeys: ['type'], type: 'Recreate' } })).toEqual({ strategy: { type: 'Recreate' } });
  });

  it('drops nulls and directives where there is nothing to patch', () => {
    expect(apply({}, { a: { b: null, c: 1, d: { $patch: 'delete' } }, containers: [{ name: 'x', $patch: 'delete' }] })).toEqual({
      a: { c: 1 },
      containers: [],
    });
  });

  it.each<[JsonObject, number, string]>([
    [{ containers: [{ image: 'x' }] }, 500, 'map: map[image:x] does not contain declared merge key: name'],
    [{ strategy: { $retainKeys: 'type' } }, 400, 'invalid patch format of retainKeys'],
    [{ strategy: { $retainKeys: ['type'], other: 1 } }, 400, 'invalid patch format of retainKeys'],
    [{ '$deleteFromPrimitiveList/finalizers': 'a' }, 400, 'invalid patch format of primitive list'],
    [{ '$setElementOrder/containers': 'a' }, 400, 'invalid patch format of setElementOrder list'],
    [{ strategy: { $patch: 'upsert' } }, 500, 'unknown patch type: upsert in map: map[$patch:upsert]'],
  ])('refuses %j', (patch, code, message) => {
    const target = { containers: named('a'), strategy: { type: 'x' }, finalizers: ['a'] };
    let thrown: unknown;
    try {
      apply(target, patch);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(StatusError);
    expect(thrown).toMatchObject({ code, message });
  });

  it('refuses elements that stand in another order than their order directive', () => {
    const patch = { containers: named('b', 'a'), '$setElementOrder/containers': named('a', 'b') };
    expect(() => apply({ containers: named('a') }, patch)).toThrow(/doesn't match \$setElementOrder list/);
  });
});
