import { formatGoDuration, parseGoDuration } from './go-duration';

describe('Go durations', () => {
  it.each([
    ['1h30m', 5_400_000, '1h30m0s'],
    ['1.5s', 1500, '1.5s'],
    ['100ms', 100, '100ms'],
    ['-2m', -120_000, '-2m0s'],
    ['0', 0, '0s'],
    ['1us', 0.001, '1µs'],
    ['90s', 90_000, '1m30s'],
  ])('reads %s as %d ms and writes %s', (text, ms, written) => {
    expect(parseGoDuration(text)).toBeCloseTo(ms, 9);
    expect(formatGoDuration(ms)).toBe(written);
  });

  it.each(['', '5', '1d', 's', '1h x', '-'])('refuses %j', (text) => {
    expect(() => parseGoDuration(text)).toThrow(`time: invalid duration ${JSON.stringify(text)}`);
  });
});
