import { scaledValue } from './int-or-string';

describe('scaledValue', () => {
  it('takes a percentage of the total, rounded as asked', () => {
    expect(scaledValue('25%', 10, 'up')).toBe(3);
    expect(scaledValue('25%', 10, 'down')).toBe(2);
    expect(scaledValue(7, 10, 'up')).toBe(7);
  });

  it.each(['5', 'x%', '', '1.5%'])('refuses %j', (text) => {
    expect(() => scaledValue(text, 10, 'up')).toThrow(/invalid value for IntOrString/);
  });
});
