import { negotiate, negotiateWatch } from './accept';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

describe('negotiate', () => {
  it.each([
    [undefined, { mediaType: 'application/json', as: 'object', metaVersion: 'v1' }],
    ['*/*', { mediaType: 'application/json', as: 'object', metaVersion: 'v1' }],
    [`${TABLE},application/json`, { mediaType: 'application/json', as: 'Table', metaVersion: 'v1' }],
    [
      'application/vnd.kubernetes.protobuf,application/json',
      { mediaType: 'application/vnd.kubernetes.protobuf', as: 'object', metaVersion: 'v1' },
    ],
    ['application/json;q=0.5, application/yaml', { mediaType: 'application/yaml', as: 'object', metaVersion: 'v1' }],
    [
      'application/json;as=Nothing;v=v1;g=meta.k8s.io, application/json',
      { mediaType: 'application/json', as: 'object', metaVersion: 'v1' },
    ],
    ['application/json;stream=watch', { mediaType: 'application/json', as: 'object', metaVersion: 'v1' }],
  ])('answers %s with %j', (accept, expected) => {
    expect(negotiate(accept)).toEqual(expected);
  });

  it('refuses what it can not make, naming what it can', () => {
    const representations = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
    expect(() => negotiate('text/html')).toThrow(`406: Not Acceptable\n\nAvailable representations: ${representations}`);
    expect(() => negotiate('application/json;as=Nothing;v=v1;g=meta.k8s.io')).toThrow(
      `only the following media types are accepted: ${representations}`,
    );
  });

  it('streams no YAML', () => {
    expect(() => negotiateWatch('application/yaml')).toThrow(
      'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    );
    expect(() => negotiateWatch('application/yaml;q=0.1, application/json')).not.toThrow();
  });
});
