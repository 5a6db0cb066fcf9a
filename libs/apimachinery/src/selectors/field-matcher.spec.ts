import { escapeFieldValue, FieldMatcher } from './field-matcher';

const fieldsOf = (fields: Record<string, string>) => (name: string) => fields[name];

describe('FieldMatcher', () => {
  it('matches equal and unequal fields, an absent one counting as empty', () => {
    const matcher = FieldMatcher.parse('spec.nodeName=,status.phase!=Failed');
    expect(matcher.matches(fieldsOf({ 'status.phase': 'Running' }))).toBe(true);
    expect(matcher.matches(fieldsOf({ 'status.phase': 'Failed' }))).toBe(false);
    expect(matcher.matches(fieldsOf({ 'spec.nodeName': 'n1' }))).toBe(false);
  });

  it('reads back any value that was escaped', () => {
    const value = 'a,b=c\\d';
    const matcher = FieldMatcher.parse(`metadata.name=${escapeFieldValue(value)}`);
    expect(matcher.exactMatch('metadata.name')).toBe(value);
    expect(FieldMatcher.parse(matcher.toString()).requirements).toEqual(matcher.requirements);
  });

  it.each([
    ['name', "invalid selector: 'name'; can't understand 'name'"],
    ['name=a\\x', 'invalid field selector: invalid escape sequence: \\x'],
    ['name=a\\', 'invalid field selector: invalid escape sequence: \\'],
    ['name=a=b', 'invalid field selector: unescaped character in value: 61'],
  ])('refuses %j', (text, message) => {
    expect(() => FieldMatcher.parse(text)).toThrow(message);
  });

  it('ties a field to one value only if it must equal it', () => {
    expect(FieldMatcher.parse('a==1,b!=2').exactMatch('a')).toBe('1');
    expect(FieldMatcher.parse('a==1,b!=2').exactMatch('b')).toBeUndefined();
  });
});
