import type { JsonObject } from './json';
import type { PatchField, PatchSchema } from './patch-schema';
import { threeWayMerge } from './three-way-merge';

const schema = (fields: Readonly<Record<string, PatchField>>): PatchSchema => ({ name: 'Test', field: (name) => fields[name] });
const plain = schema({});

const service = schema({ ports: { patchStrategy: 'merge', mergeKey: 'port', schema: plain }, finalizers: { patchStrategy: 'merge' } });
const deployment = schema({ strategy: { patchStrategy: 'retainKeys', schema: plain } });

const merge = (original: JsonObject, modified: JsonObject, current: JsonObject, by = service) =>
  threeWayMerge({ original, modified, current }, by);

describe('threeWayMerge', () => {
  it('sets what is wanted, takes away what no longer is, and leaves what others have set', () => {
    const current = { data: { kept: '1', dropped: '2', theirs: '3' }, status: 'ready' };
    expect(merge({ data: { kept: '1', dropped: '2' } }, { data: { kept: '5' } }, current)).toEqual({
      data: { kept: '5', theirs: '3' },
      status: 'ready',
    });
  });

  it('takes nothing away if it is not known what was applied before', () => {
    expect(merge({}, { data: { a: '1' } }, { data: { a: '0', b: '2' } })).toEqual({ data: { a: '1', b: '2' } });
  });

  it('takes away what is null', () => {
    expect(merge({}, { replicas: null, absent: null }, { replicas: 3 })).toEqual({});
  });

  it('replaces lists that the schema does not merge', () => {
    expect(merge({ args: ['a'] }, { args: ['b'] }, { args: ['a', 'c'] })).toEqual({ args: ['b'] });
  });

  it('merges lists by element, with the fields that the server has filled in', () => {
    const original = { ports: [{ port: 80 }, { port: 81 }] };
    const modified = { ports: [{ port: 82 }, { port: 80, name: 'http' }] };
    const current = {
      ports: [
        { port: 80, nodePort: 30080 },
        { port: 81, nodePort: 30081 },
        { port: 90, nodePort: 30090 },
      ],
    };
    expect(merge(original, modified, current)).toEqual({
      ports: [{ port: 82 }, { port: 80, name: 'http', nodePort: 30080 }, { port: 90, nodePort: 30090 }],
    });
  });

  it('tells elements with the same key apart by their other fields', () => {
    const [udp, tcp] = [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ];
    const current = {
      ports: [
        { ...udp, targetPort: 53 },
        { ...tcp, targetPort: 53 },
      ],
    };
    expect(merge({ ports: [udp, tcp] }, { ports: [udp, tcp] }, current)).toEqual(current);
    expect(merge({ ports: [udp, tcp] }, { ports: [tcp] }, current)).toEqual({ ports: [{ ...tcp, targetPort: 53 }] });
  });

  it('merges lists of plain values', () => {
    expect(merge({ finalizers: ['a', 'b'] }, { finalizers: ['b', 'c'] }, { finalizers: ['a', 'b', 'theirs'] })).toEqual({
      finalizers: ['b', 'c', 'theirs'],
    });
  });

  it('unsets the other members of a union, but leaves defaults alone where nothing changes', () => {
    const current = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    expect(merge({}, { strategy: { type: 'RollingUpdate' } }, current, deployment)).toEqual(current);
    expect(merge({}, { strategy: { type: 'Recreate' } }, current, deployment)).toEqual({ strategy: { type: 'Recreate' } });
  });

  it('shares what does not change', () => {
    const current = { data: { a: '1' } };
    expect(merge({}, { data: { a: '1' } }, current)['data']).toBe(current.data);
  });
});
