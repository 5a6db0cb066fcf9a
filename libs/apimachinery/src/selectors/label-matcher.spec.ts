import { LabelMatcher, labelSelectorText } from './label-matcher';

describe('LabelMatcher.parse', () => {
  it.each([
    ['x=a', { x: 'a' }, { x: 'b' }],
    ['x==a', { x: 'a' }, {}],
    ['x!=a', {}, { x: 'a' }],
    ['x in (a, b)', { x: 'b' }, { x: 'c' }],
    ['x notin (a,b)', {}, { x: 'a' }],
    ['x', { x: '' }, { y: 'a' }],
    ['!x', { y: 'a' }, { x: '' }],
    ['n>10', { n: '11' }, { n: '9' }],
    ['n<10', { n: '-1' }, { n: 'ten' }],
    ['x in (,a)', { x: '' }, { x: 'b' }],
    ['x in ()', { x: '' }, { x: 'b' }],
    ['x=', { x: '' }, { x: 'b' }],
    ['in in (in,notin)', { in: 'notin' }, { in: 'x' }],
    ['a=1,b!=2', { a: '1' }, { a: '1', b: '2' }],
    ['app.kubernetes.io/name=web', { 'app.kubernetes.io/name': 'web' }, {}],
  ])('reads %j', (text, matching, other) => {
    const matcher = LabelMatcher.parse(text);
    expect(matcher.matches(matching)).toBe(true);
    expect(matcher.matches(other as Record<string, string>)).toBe(false);
  });

  it('matches everything when empty, objects without labels included', () => {
    expect(LabelMatcher.parse('').matches(undefined)).toBe(true);
    expect(LabelMatcher.parse('').isEverything).toBe(true);
  });

  it('does not take an inherited property for a label', () => {
    expect(LabelMatcher.parse('constructor').matches({})).toBe(false);
  });

  it.each([
    ['x=a,', "found '', expected: identifier after ','"],
    ['x=a=b', "found '=', expected: ',' or 'end of string'"],
    [',x', "found ',', expected: !, identifier, or 'end of string'"],
    ['x in a', "unable to parse requirement: found 'a' expected: '('"],
    ['x y', "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt"],
    [
      'x=-',
      "unable to parse requirement: values[0][x]: Invalid value: \"-\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
    ['n>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
  ])('refuses %j as upstream words it', (text, message) => {
    expect(() => LabelMatcher.parse(text)).toThrow(message);
  });

  it('prints terms by key and values in order', () => {
    expect(LabelMatcher.parse('z, b in (y,x), !c, a!=1, n>1').toString()).toBe('a!=1,b in (x,y),!c,n>1,z');
  });
});

describe('LabelMatcher.of', () => {
  it('joins labels and expressions', () => {
    const matcher = LabelMatcher.of({ matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'NotIn', values: ['2'] }] });
    expect(matcher.toString()).toBe('a=1,b notin (2)');
    expect(matcher.matches({ a: '1' })).toBe(true);
    expect(matcher.exactMatch('a')).toBe('1');
    expect(matcher.exactMatch('b')).toBeUndefined();
  });

  it('matches nothing if absent and everything if empty', () => {
    expect(LabelMatcher.of(undefined).matches({})).toBe(false);
    expect(LabelMatcher.of({}).matches({})).toBe(true);
  });

  it('refuses an operator it does not know', () => {
    const selector = { matchExpressions: [{ key: 'a', operator: 'Like' }] };
    expect(() => LabelMatcher.of(selector)).toThrow('"Like" is not a valid label selector operator');
    expect(labelSelectorText(selector)).toBe('<error>');
    expect(labelSelectorText({})).toBe('<none>');
  });
});
