import { answersProgressSoundly } from './progress-support';

describe('answersProgressSoundly', () => {
  it.each(['3.4.31', '3.4.40', '3.5.13', '3.6.0', '3.7.3', '4.0.0', '3.5.13-rc.1'])('trusts %s', (version) => {
    expect(answersProgressSoundly(version)).toBe(true);
  });

  it.each(['3.4.23', '3.4.30', '3.5.12', '3.3.99', '2.3.8', ''])('does not trust %s', (version) => {
    expect(answersProgressSoundly(version)).toBe(false);
  });
});
