import { formatMicroTime, formatTime, parseTime } from './time';

describe('times', () => {
  it('are written in UTC, whole seconds or six decimals', () => {
    const ms = Date.parse('2026-03-01T10:20:30.987Z');
    expect(formatTime(ms)).toBe('2026-03-01T10:20:30Z');
    expect(formatMicroTime(ms + 0.654)).toBe('2026-03-01T10:20:30.987654Z');
  });

  it('are read with any offset and any number of decimals', () => {
    expect(parseTime('2026-03-01T12:20:30+02:00')).toBe(Date.parse('2026-03-01T10:20:30Z'));
    expect(parseTime('2026-03-01T10:20:30.123456789Z')).toBe(Date.parse('2026-03-01T10:20:30.123Z'));
  });

  it.each(['2026-03-01', '2026-03-01 10:20:30Z', '2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01T25:00:00Z', ''])(
    'are refused when they are not RFC 3339: %j',
    (text) => expect(parseTime(text)).toBeUndefined(),
  );
});
