import { flag, secureServingFlags, type FlagValues } from '@keelson/component-base';
import { delegatedAccessFlags } from './access/delegated-access-flags';

const LEADER = 'Leader election';
const CLIENT = 'Client connection';

/** What of the shared flags is each daemon's own. */
export interface OwnControlPlaneFlags {
  readonly securePort: number;
  readonly leaseName: string;
  /** Whether it begins when the cluster's client authorities can't be read; upstream, kube-scheduler alone does. */
  readonly toleratesLookupFailure?: boolean;
}

/** The flags that the daemons of the control plane share: upstream's names and defaults. */
// The return type is what every flag declares; spelled out it would say it twice.
// eslint-disable-next-line @typescript-eslint/explicit-function-return-type
export function controlPlaneFlags({ securePort, leaseName, toleratesLookupFailure = false }: OwnControlPlaneFlags) {
  return {
    kubeconfig: flag.string({ section: CLIENT, usage: 'The kubeconfig file that says how to reach the API server' }),
    'kube-api-qps': flag.float({ section: CLIENT, usage: 'Requests to the API server a second, in the long run', default: 50 }),
    'kube-api-burst': flag.int({ section: CLIENT, usage: 'Requests to the API server at once', default: 100 }),

    'leader-elect': flag.bool({
      section: LEADER,
      usage: 'Whether to work only while holding a lease, so that several can run',
      default: true,
    }),
    'leader-elect-lease-duration': flag.duration({
      section: LEADER,
      usage: 'How long others wait for a holder that is silent',
      default: 15_000,
    }),
    'leader-elect-renew-deadline': flag.duration({
      section: LEADER,
      usage: 'How long a holder tries to renew before it gives up',
      default: 10_000,
    }),
    'leader-elect-retry-period': flag.duration({ section: LEADER, usage: 'How long between tries', default: 2_000 }),
    'leader-elect-resource-name': flag.string({ section: LEADER, usage: 'The name of the lease', default: leaseName }),
    'leader-elect-resource-namespace': flag.string({ section: LEADER, usage: 'The namespace of the lease', default: 'kube-system' }),

    ...delegatedAccessFlags({ toleratesLookupFailure }),

    ...secureServingFlags,
    'secure-port': flag.int({
      section: 'Secure serving',
      usage: 'The port to serve health and metrics on; 0 for none',
      default: securePort,
    }),
  };
}

export type ControlPlaneFlagValues = FlagValues<ReturnType<typeof controlPlaneFlags>>;
