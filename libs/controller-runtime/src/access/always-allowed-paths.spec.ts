import { alwaysAllowedPaths } from './always-allowed-paths';

describe('alwaysAllowedPaths', () => {
  it.each([
    ['/healthz', true],
    ['/healthz/ping', false],
    ['/healthzy', false],
    ['/debug/pprof', true],
    ['/debug', false],
    ['/bare', true],
    ['/', false],
  ])('takes %s: %s', (path, allowed) => {
    expect(alwaysAllowedPaths(['/healthz', '/debug/*', 'bare'])(path)).toBe(allowed);
  });

  it('takes everything for a lone star, the root for a slash, and nothing for an empty list', () => {
    expect(alwaysAllowedPaths(['*'])('/metrics')).toBe(true);
    expect(alwaysAllowedPaths(['/'])('/')).toBe(true);
    expect(alwaysAllowedPaths([])('/healthz')).toBe(false);
  });

  it('refuses a star that is not at the end', () => {
    expect(() => alwaysAllowedPaths(['/a*b'])).toThrow('--authorization-always-allow-paths: only trailing * allowed in "a*b"');
  });
});
