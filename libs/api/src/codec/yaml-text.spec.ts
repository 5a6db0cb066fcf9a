import { parseYaml } from './yaml-body';
import { yamlText } from './yaml-text';

describe('yamlText', () => {
  it('orders names and does not indent the items of a list', () => {
    expect(yamlText({ kind: 'List', items: [{ b: 1, a: 'x' }] })).toBe('items:\n- a: x\n  b: 1\nkind: List\n');
  });

  it('quotes what a reader would take for something other than text', () => {
    const value = { a: 'yes', b: '0644', c: '2020-01-01T00:00:00Z', d: 'null', e: '1e3', f: '', g: 'a: b', h: 'two\nlines\n' };
    expect(parseYaml(yamlText(value)).value).toEqual(value);
    expect(yamlText({ a: 'yes' })).toBe('a: "yes"\n');
  });
});
