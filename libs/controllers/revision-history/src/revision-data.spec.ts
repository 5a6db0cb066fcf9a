import type { PodTemplateSpec } from '@keelson/api';
import { snapshotOf, templateOf } from './revision-data';

describe('a snapshot of a template', () => {
  const template: PodTemplateSpec = {
    spec: { containers: [{ name: 'c', image: 'i' }] },
    metadata: { labels: { b: '2', a: '1' } } as never,
  };

  it('is a patch that replaces the template as a whole, its fields in order', () => {
    expect(JSON.stringify(snapshotOf(template))).toBe(
      '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"a":"1","b":"2"}},"spec":{"containers":[{"image":"i","name":"c"}]}}}}',
    );
  });

  it('gives the template back', () => {
    const metadata = { name: 'r', namespace: 'ns', uid: '', resourceVersion: '1', creationTimestamp: '' };
    expect(templateOf({ metadata, revision: 1, data: snapshotOf(template) })).toEqual(template);
    expect(() => templateOf({ metadata, revision: 1, data: { other: true } })).toThrow('ControllerRevision ns/r holds no pod template');
  });
});
