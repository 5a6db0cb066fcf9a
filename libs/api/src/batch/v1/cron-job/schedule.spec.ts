import { parseCronSchedule } from './schedule';

/** The times after `from`, as UTC. */
function times(schedule: string, from: string, { count = 3, zone }: { count?: number; zone?: string } = {}): string[] {
  const parsed = parseCronSchedule(schedule, zone);
  const found: string[] = [];
  for (let time = parsed.next(Date.parse(from)); time !== undefined && found.length < count; time = parsed.next(time))
    found.push(new Date(time).toISOString().replace(':00.000Z', ''));
  return found;
}

describe('a schedule', () => {
  it('takes values, lists, ranges, steps and names', () => {
    expect(times('*/20 * * * *', '2026-01-01T00:00:00Z')).toEqual(['2026-01-01T00:20', '2026-01-01T00:40', '2026-01-01T01:00']);
    expect(times('50/4,1-2 * * * *', '2026-01-01T00:02:00Z', { count: 4 })).toEqual([
      '2026-01-01T00:50',
      '2026-01-01T00:54',
      '2026-01-01T00:58',
      '2026-01-01T01:01',
    ]);
    expect(times('0 6 * feb-MAR mon', '2026-01-01T00:00:00Z', { count: 2 })).toEqual(['2026-02-02T06:00', '2026-02-09T06:00']);
  });

  it('is met by either field of the day if both name days, and by both if one is a star', () => {
    expect(times('0 0 13 * 5', '2026-01-01T00:00:00Z')).toEqual(['2026-01-02T00:00', '2026-01-09T00:00', '2026-01-13T00:00']);
    expect(times('0 0 */10 * 5', '2026-01-01T00:00:00Z', { count: 4 }).at(-1)).toBe('2026-01-16T00:00');
    expect(times('0 0 13 * *', '2026-01-01T00:00:00Z', { count: 2 })).toEqual(['2026-01-13T00:00', '2026-02-13T00:00']);
  });

  it('finds a leap day years ahead, and gives up on a day that never comes', () => {
    expect(times('0 0 29 2 *', '2025-01-01T00:00:00Z', { count: 1 })).toEqual(['2028-02-29T00:00']);
    expect(times('0 0 31 2 *', '2025-01-01T00:00:00Z')).toEqual([]);
  });

  it('may have a name, or be an interval of whole seconds', () => {
    expect(times('@weekly', '2026-01-01T00:00:00Z', { count: 1 })).toEqual(['2026-01-04T00:00']);
    expect(times('@every 1h30m', '2026-01-01T00:10:00.7Z', { count: 2 })).toEqual(['2026-01-01T01:40', '2026-01-01T03:10']);
    expect(parseCronSchedule('@every 1ms').next(0)).toBe(1000);
  });

  it('is after the given time, also where that is a match itself', () => {
    expect(times('0 * * * *', '2026-01-01T01:00:00Z', { count: 1 })).toEqual(['2026-01-01T02:00']);
  });

  it('goes by the clocks of its time zone', () => {
    expect(times('30 9 * * *', '2026-01-01T00:00:00Z', { count: 1, zone: 'Asia/Kolkata' })).toEqual(['2026-01-01T04:00']);
    expect(times('TZ=Asia/Tokyo 0 0 * * *', '2026-01-01T00:00:00Z', { count: 1 })).toEqual(['2026-01-01T15:00']);
  });

  it('leaves out an hour that does not come, and counts one twice that comes twice', () => {
    const zone = 'America/New_York';
    expect(times('30 2 * * *', '2026-03-07T12:00:00Z', { count: 1, zone })).toEqual(['2026-03-09T06:30']);
    expect(times('30 1 * * *', '2026-11-01T04:00:00Z', { zone })).toEqual(['2026-11-01T05:30', '2026-11-01T06:30', '2026-11-02T06:30']);
  });

  it('keeps its days where there is no midnight, or two', () => {
    // Clocks went from 0:00 to 1:00 there, and half a year later from 0:00 back to 23:00.
    const zone = 'America/Asuncion';
    expect(times('0 12 6 10 *', '2024-10-01T00:00:00Z', { count: 1, zone })).toEqual(['2024-10-06T15:00']);
    expect(times('0 12 24 3 *', '2024-03-20T00:00:00Z', { count: 1, zone })).toEqual(['2024-03-24T16:00']);
    expect(times('15 0 24 3 *', '2024-03-20T00:00:00Z', { count: 1, zone })).toEqual(['2024-03-24T04:15']);
  });

  it.each([
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['0 * * * * *', 'expected exactly 5 fields, found 6'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['5-2 * * * *', 'beginning of range (5) beyond end of range (2): 5-2'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['* * L * *', 'failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax'],
    ['@reboot', 'unrecognized descriptor: @reboot'],
    ['@every 5 minutes', 'failed to parse duration @every 5 minutes: time: '],
    ['TZ=Mars/Base * * * * *', 'provided bad location Mars/Base: unknown time zone Mars/Base'],
    ['TZ=UTC', 'invalid schedule format'],
  ])('%j is refused', (text, message) => {
    expect(() => parseCronSchedule(text)).toThrow(message);
  });
});
