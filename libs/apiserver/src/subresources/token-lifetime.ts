/** How long the tokens are valid that a server gives out. */
export interface TokenLifetimes {
  /** `--service-account-max-token-expiration`; 0 for no bound. */
  readonly maxSeconds: number;
  /** `--service-account-extend-token-expiration`: whether a pod's token outlives what was asked for, lest programs that never read it again fail. */
  readonly extendsPods: boolean;
}

/** Upstream's `WarnOnlyBoundTokenExpirationSeconds`: admission asks for just so much, and by that its tokens are known. */
const INJECTED_SECONDS = 60 * 60 + 7;
const EXTENDED_SECONDS = 365 * 24 * 60 * 60;

export interface TokenLifetime {
  /** What the client is told, so that it renews the token in time. */
  readonly statedSeconds: number;
  /** How long the token really works. */
  readonly seconds: number;
  /** After how many seconds its use is a sign of a program that does not renew it; undefined where it has ended by then. */
  readonly warnAfterSeconds?: number;
}

/**
 * @param requested.seconds valid
 * @param requested.isPods whether the token is bound to a pod
 * @param requested.isForServer whether it is for no other audiences than the API server's
 */
export function tokenLifetime(
  { maxSeconds, extendsPods }: TokenLifetimes,
  requested: { readonly seconds: number; readonly isPods: boolean; readonly isForServer: boolean },
): TokenLifetime {
  const statedSeconds = maxSeconds > 0 ? Math.min(requested.seconds, maxSeconds) : requested.seconds;
  if (!extendsPods || !requested.isPods || !requested.isForServer || statedSeconds !== INJECTED_SECONDS)
    return { statedSeconds, seconds: statedSeconds };
  return { statedSeconds, seconds: EXTENDED_SECONDS, warnAfterSeconds: statedSeconds };
}
