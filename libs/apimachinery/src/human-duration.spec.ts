import { humanDuration } from './human-duration';

describe('humanDuration', () => {
  const minute = 60;
  const hour = 60 * minute;
  const day = 24 * hour;
  it.each([
    [-3, '<invalid>'],
    [-1, '0s'],
    [119, '119s'],
    [2 * minute, '2m'],
    [3 * minute + 12, '3m12s'],
    [179 * minute, '179m'],
    [3 * hour + 5 * minute, '3h5m'],
    [47 * hour, '47h'],
    [2 * day + hour, '2d1h'],
    [8 * day + hour, '8d'],
    [729 * day, '729d'],
    [730 * day + 5 * day, '2y5d'],
    [3000 * day, '8y'],
  ])('shows %d seconds as %s', (seconds, text) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });
});
