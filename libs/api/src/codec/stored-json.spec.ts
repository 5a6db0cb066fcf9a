import type { KubernetesObject } from '@keelson/apimachinery';
import { encodeList, encodeStored, withResourceVersion } from './stored-json';

const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

function configMap(name: string): Buffer {
  const object = { data: { a: 'ü' }, metadata: { resourceVersion: '7', name, namespace: 'default' }, apiVersion: 'v1', kind: 'ConfigMap' };
  return encodeStored(object as unknown as KubernetesObject);
}

describe('the stored JSON of an object', () => {
  it('begins with kind, apiVersion and metadata, whatever the order in memory, and has no resource version', () => {
    expect(configMap('one').toString()).toBe(
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"one","namespace":"default"},"data":{"a":"ü"}}',
    );
  });

  it('takes a resource version in without being parsed', () => {
    expect(JSON.parse(withResourceVersion(configMap('one'), CONFIG_MAP, '42').toString())).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: '42', name: 'one', namespace: 'default' },
      data: { a: 'ü' },
    });
  });
});

describe('a list', () => {
  const list = (...names: string[]) =>
    JSON.parse(
      encodeList(
        CONFIG_MAP,
        { resourceVersion: '9' },
        names.map((name, index) => ({ stored: configMap(name), resourceVersion: String(index + 1) })),
      ).toString(),
    ) as unknown;

  it('is a join of stored objects without their kinds', () => {
    expect(list('one', 'two')).toEqual({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '9' },
      items: [
        { metadata: { resourceVersion: '1', name: 'one', namespace: 'default' }, data: { a: 'ü' } },
        { metadata: { resourceVersion: '2', name: 'two', namespace: 'default' }, data: { a: 'ü' } },
      ],
    });
  });

  it('may be empty', () => {
    expect(list()).toMatchObject({ items: [] });
  });
});
