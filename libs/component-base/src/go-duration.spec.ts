import { formatGoDuration, parseGoDuration } from './go-duration';

describe('Go durations', () => {
  it.each([
    ['0', 0],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['-10ms', -10],
    ['+5s', 5000],
    ['100us', 0.1],
    ['.5s', 500],
    ['8760h0m0s', 31_536_000_000],
  ])('%s is %d milliseconds', (text, milliseconds) => {
    expect(parseGoDuration(text)).toBeCloseTo(milliseconds, 9);
  });

  it.each([
    ['', 'time: invalid duration ""'],
    ['s', 'time: invalid duration "s"'],
    ['-', 'time: invalid duration "-"'],
    ['5', 'time: missing unit in duration "5"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['1constructor', 'time: unknown unit "constructor" in duration "1constructor"'],
    ['9999999h', 'time: invalid duration "9999999h"'],
  ])('refuses %j', (text, message) => {
    expect(() => parseGoDuration(text)).toThrow(message);
  });

  it.each(['0s', '1m30s', '500ms', '1h0m0s', '-1.5s', '250µs', '1ns', '24h0m0s', '59.999s'])('%s is written as it was read', (text) => {
    expect(formatGoDuration(parseGoDuration(text))).toBe(text);
  });
});
