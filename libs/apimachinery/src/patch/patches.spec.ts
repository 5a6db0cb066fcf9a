import { StatusError } from '../status-error';
import { applyJsonPatch } from './json-patch';
import type { Json, JsonObject } from './json';
import { applyMergePatch } from './merge-patch';

/** Freezes all the way down, so that a patch which writes into its input throws. */
function frozen<T extends Json>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

const codeOf = (action: () => unknown): number => {
  try {
    action();
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
  return 0;
};

describe('applyMergePatch', () => {
  it('deletes with null, merges objects, replaces the rest, and shares what it leaves alone', () => {
    const target = frozen({ a: { x: 1, y: 2 }, list: [1, 2], kept: { z: 1 } });
    const result = applyMergePatch(target, frozen({ a: { x: null, w: { n: null, m: 1 } }, list: [3] }));
    expect(result).toEqual({ a: { y: 2, w: { m: 1 } }, list: [3], kept: { z: 1 } });
    expect(result['kept']).toBe(target.kept);
  });

  it('refuses a patch that is no object', () => {
    expect(codeOf(() => applyMergePatch({}, []))).toBe(400);
  });

  it('takes a field called __proto__ for a field', () => {
    const patch = JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject;
    applyMergePatch({}, patch);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('applyJsonPatch', () => {
  const target = frozen({ a: { 'x/y': 1 }, list: [{ n: 1 }, { n: 2 }], kept: { z: 1 } });

  it('applies operations in order without touching its input, and shares what it leaves alone', () => {
    const result = applyJsonPatch(
      target,
      frozen([
        { op: 'test', path: '/list/0/n', value: 1 },
        { op: 'replace', path: '/a/x~1y', value: 2 },
        { op: 'add', path: '/list/-', value: { n: 3 } },
        { op: 'replace', path: '/list/2/n', value: 4 },
        { op: 'move', from: '/list/0', path: '/first' },
        { op: 'copy', from: '/first', path: '/copy' },
      ]),
    );
    expect(result).toEqual({ a: { 'x/y': 2 }, list: [{ n: 2 }, { n: 4 }], first: { n: 1 }, copy: { n: 1 }, kept: { z: 1 } });
    expect(result['kept']).toBe(target.kept);
  });

  it.each<[string, Json]>([
    ['a failing test', [{ op: 'test', path: '/kept/z', value: 2 }]],
    ['a path that is missing', [{ op: 'remove', path: '/nothing/here' }]],
    ['an index out of range', [{ op: 'add', path: '/list/9', value: 1 }]],
    ['a replace in what is not there', [{ op: 'replace', path: '/gone/x', value: 1 }]],
    ['an unknown operation', [{ op: 'rename', path: '/a' }]],
    ['no path', [{ op: 'add', value: 1 }]],
    ['a document that is no longer an object', [{ op: 'replace', path: '', value: 1 }]],
  ])('answers 422 to %s', (_, patch) => {
    try {
      applyJsonPatch(target, patch);
    } catch (error) {
      expect((error as StatusError).status).toMatchObject({
        code: 422,
        reason: 'Invalid',
        message: 'the server rejected our request due to an error in our request',
      });
    }
    expect(codeOf(() => applyJsonPatch(target, patch))).toBe(422);
  });

  it.each<[string, Json]>([['no list', { op: 'add' }]])('answers 400 to %s', (_, patch) =>
    expect(codeOf(() => applyJsonPatch(target, patch))).toBe(400),
  );

  it('adds what a replace does not find, takes an absent value for null, and does nothing for null', () => {
    expect(applyJsonPatch({ a: {} }, [{ op: 'replace', path: '/a/b~1c', value: 1 }])).toEqual({ a: { 'b/c': 1 } });
    expect(applyJsonPatch({ a: 1 }, [{ op: 'add', path: '/b' }])).toEqual({ a: 1, b: null });
    expect(applyJsonPatch({ a: 1 }, null)).toEqual({ a: 1 });
  });

  it('answers 413 to more operations than anyone means', () => {
    const patch = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kept/z', value: 1 }));
    expect(codeOf(() => applyJsonPatch(target, patch))).toBe(413);
  });
});
