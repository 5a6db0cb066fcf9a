import { tokenLifetime } from './token-lifetime';

const INJECTED = { seconds: 3607, isPods: true, isForServer: true };

describe('the lifetime of a token', () => {
  it('is what was asked for, up to the bound', () => {
    const requested = { seconds: 7200, isPods: false, isForServer: true };
    expect(tokenLifetime({ maxSeconds: 0, extendsPods: true }, requested)).toEqual({ statedSeconds: 7200, seconds: 7200 });
    expect(tokenLifetime({ maxSeconds: 3600, extendsPods: true }, requested)).toEqual({ statedSeconds: 3600, seconds: 3600 });
  });

  it('is a year for what admission gives to a pod, of which the pod is told an hour', () => {
    const extended = { statedSeconds: 3607, seconds: 31_536_000, warnAfterSeconds: 3607 };
    expect(tokenLifetime({ maxSeconds: 0, extendsPods: true }, INJECTED)).toEqual(extended);
    expect(tokenLifetime({ maxSeconds: 7200, extendsPods: true }, INJECTED)).toEqual(extended);
  });

  it.each([
    ['the server does not extend', { maxSeconds: 0, extendsPods: false }, INJECTED],
    ['it is for others', { maxSeconds: 0, extendsPods: true }, { ...INJECTED, isForServer: false }],
    ['it is bound to no pod', { maxSeconds: 0, extendsPods: true }, { ...INJECTED, isPods: false }],
  ])('is not extended where %s', (_, lifetimes, requested) => {
    expect(tokenLifetime(lifetimes, requested)).toEqual({ statedSeconds: 3607, seconds: 3607 });
  });

  it('is not extended where the bound has cut it: it is not known for an injected one then', () => {
    expect(tokenLifetime({ maxSeconds: 3600, extendsPods: true }, INJECTED)).toEqual({ statedSeconds: 3600, seconds: 3600 });
  });
});
