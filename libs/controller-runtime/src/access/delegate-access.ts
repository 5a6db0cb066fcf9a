import { systemClock } from '@keelson/apimachinery';
import { createApiClient, transportFromKubeconfig, type ApiClient, type Transport } from '@keelson/client';
import { KUBERNETES_VERSION, type CheckAccess, type Logger } from '@keelson/component-base';
import { AccessReviewer } from './access-reviewer';
import { alwaysAllowedPaths } from './always-allowed-paths';
import { followAuthoritiesFile, followClusterAuthorities } from './client-authorities';
import { DelegatedAccess } from './delegated-access';
import type { DelegatedAccessFlagValues } from './delegated-access-flags';
import { RequestAuthenticator } from './request-authenticator';

/** High, since whoever asks the daemon waits for it. */
const RATE_LIMIT = { qps: 200, burst: 400 };

/** Access to a daemon's port as its flags say. */
export interface AccessControl {
  readonly checkAccess: CheckAccess;
  /** Whether clients are asked for certificates. */
  readonly clientCertificates: boolean;
  /**
   * Hands out the authorities (PEM) whose client certificates are taken, whenever they change.
   * @throws Error if they can't be read and that is not to be tolerated
   */
  follow(trust: (authorities: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error naming the flag or the file that is wrong */
export async function delegateAccess(
  values: DelegatedAccessFlagValues,
  { name, log }: { readonly name: string; readonly log: Logger },
): Promise<AccessControl> {
  const isAlwaysAllowed = alwaysAllowedPaths(values['authorization-always-allow-paths']);
  const transports: Transport[] = [];
  const clientOf = async (kubeconfig: string | undefined): Promise<ApiClient | undefined> => {
    if (!isGiven(kubeconfig)) return undefined;
    const transport = await transportFromKubeconfig(kubeconfig, { clock: systemClock });
    transports.push(transport);
    return createApiClient(transport, { userAgent: `${name}/${KUBERNETES_VERSION}`, clock: systemClock, rateLimit: RATE_LIMIT });
  };
  const authentication = await clientOf(values['authentication-kubeconfig']);
  const authorization = await clientOf(values['authorization-kubeconfig']);
  const access = new DelegatedAccess({
    authenticator: authenticatorOf(values, authentication),
    reviewer: authorization === undefined ? undefined : reviewerOf(values, authorization),
    isAlwaysAllowed,
    log,
  });
  const file = values['client-ca-file'];
  const cluster = values['authentication-skip-lookup'] ? undefined : authentication;
  const tolerant = values['authentication-tolerate-lookup-failure'];
  const ended = new AbortController();
  return {
    checkAccess: (request) => access.check(request),
    clientCertificates: isGiven(file) || cluster !== undefined,
    async follow(trust) {
      const options = { trust, clock: systemClock, log, signal: ended.signal };
      if (isGiven(file)) await followAuthoritiesFile(file, options);
      else if (cluster !== undefined) await followClusterAuthorities(cluster, { ...options, tolerant });
    },
    async close() {
      ended.abort();
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
}

const isGiven = (file: string | undefined): file is string => file !== undefined && file !== '';

const authenticatorOf = (values: DelegatedAccessFlagValues, tokenReviews: ApiClient | undefined): RequestAuthenticator =>
  new RequestAuthenticator({
    anonymous: true,
    tokenReviews,
    cacheMilliseconds: values['authentication-token-webhook-cache-ttl'],
    clock: systemClock,
  });

const reviewerOf = (values: DelegatedAccessFlagValues, client: ApiClient): AccessReviewer =>
  new AccessReviewer({
    client,
    clock: systemClock,
    authorizedMilliseconds: values['authorization-webhook-cache-authorized-ttl'],
    unauthorizedMilliseconds: values['authorization-webhook-cache-unauthorized-ttl'],
  });
