import { flag, type FlagValues } from '@keelson/component-base';

const AUTHENTICATION = 'Authentication';
const AUTHORIZATION = 'Authorization';

/** Who may see what a daemon serves: upstream's names and defaults; whether a failed lookup is tolerated is each daemon's own. */
// The return type is what every flag declares; spelled out it would say it twice.
// eslint-disable-next-line @typescript-eslint/explicit-function-return-type
export function delegatedAccessFlags({ toleratesLookupFailure }: { readonly toleratesLookupFailure: boolean }) {
  return {
    'client-ca-file': flag.string({
      section: AUTHENTICATION,
      usage: 'The authorities whose client certificates are taken; those of the cluster if none',
    }),
    'authentication-kubeconfig': flag.string({
      section: AUTHENTICATION,
      usage: 'The kubeconfig file of who may create TokenReviews; without it tokens are not looked at',
    }),
    'authentication-skip-lookup': flag.bool({
      section: AUTHENTICATION,
      usage: 'Whether the cluster is not asked for its client authorities',
    }),
    'authentication-tolerate-lookup-failure': flag.bool({
      section: AUTHENTICATION,
      usage: 'Whether to begin without the client authorities of the cluster when they can not be read',
      default: toleratesLookupFailure,
    }),
    'authentication-token-webhook-cache-ttl': flag.duration({
      section: AUTHENTICATION,
      usage: 'How long it is remembered whose a token is',
      default: 10_000,
    }),
    'authorization-kubeconfig': flag.string({
      section: AUTHORIZATION,
      usage: 'The kubeconfig file of who may create SubjectAccessReviews; without it only what is always allowed is',
    }),
    'authorization-webhook-cache-authorized-ttl': flag.duration({
      section: AUTHORIZATION,
      usage: 'How long it is remembered that something is allowed',
      default: 10_000,
    }),
    'authorization-webhook-cache-unauthorized-ttl': flag.duration({
      section: AUTHORIZATION,
      usage: 'How long it is remembered that something is not allowed',
      default: 10_000,
    }),
    'authorization-always-allow-paths': flag.strings({
      section: AUTHORIZATION,
      usage: 'Paths that everybody may see; a * at the end stands for all that begins so',
      default: ['/healthz', '/readyz', '/livez'],
    }),
  };
}

export type DelegatedAccessFlagValues = FlagValues<ReturnType<typeof delegatedAccessFlags>>;
