import type { Clock } from '@keelson/apimachinery';
import { firstOf, type Authenticator } from '../authentication/authenticator';
import { bearerTokenAuthenticator, StaticTokens } from '../authentication/bearer-token';
import { clientCertificateAuthenticator } from '../authentication/client-certificate';
import { ServiceAccountTokens, TokenIssuer, type BoundObjectLookup } from '../authentication/service-account-tokens';
import { union, type Authorizer } from '../authorization/authorizer';
import { nodeRules } from '../bootstrap/rbac-policy';
import { mastersAuthorizer } from '../authorization/masters';
import { NodeAuthorizer } from '../authorization/node/node-authorizer';
import { PodsByNode } from '../authorization/node/pods-by-node';
import { RbacAuthorizer } from '../authorization/rbac/rbac-authorizer';
import type { CacheHub } from '../watch-cache/cache-hub';
import type { ApiserverConfig } from './apiserver-config';

/** Who may come in and what they may do. */
export interface Auth {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly rbac: RbacAuthorizer;
  readonly staticTokens: StaticTokens;
  readonly serviceAccountTokens: ServiceAccountTokens;
  readonly issuer: TokenIssuer;
}

const BOUND_PREFIXES = {
  serviceaccounts: '/registry/serviceaccounts/',
  pods: '/registry/pods/',
  nodes: '/registry/minions/',
  secrets: '/registry/secrets/',
} as const;

export function createAuth(config: ApiserverConfig, hub: CacheHub, clock: Clock): Auth {
  const { audiences, issuers, signingKey, verificationKeys } = config.serviceAccounts;
  const lookup: BoundObjectLookup = (resource, { name, namespace = '' }) =>
    hub.cache(BOUND_PREFIXES[resource]).objects.get(namespace, name)?.object;
  const serviceAccountTokens = new ServiceAccountTokens({ keys: verificationKeys, issuers, audiences, lookup, clock });
  const staticTokens = new StaticTokens(config.staticTokens);
  const rbac = new RbacAuthorizer({
    clusterRoles: hub.cache('/registry/clusterroles/'),
    clusterRoleBindings: hub.cache('/registry/clusterrolebindings/'),
    roles: hub.cache('/registry/roles/'),
    roleBindings: hub.cache('/registry/rolebindings/'),
  });
  return {
    authenticator: firstOf([clientCertificateAuthenticator, bearerTokenAuthenticator([staticTokens, serviceAccountTokens])]),
    authorizer: union([mastersAuthorizer, ...config.authorizationModes.map((mode) => authorizerOf(mode, { rbac, hub }))]),
    rbac,
    staticTokens,
    serviceAccountTokens,
    issuer: new TokenIssuer({ key: signingKey, issuer: issuers[0] ?? '', clock }),
  };
}

function authorizerOf(
  mode: ApiserverConfig['authorizationModes'][number],
  { hub, rbac }: { readonly rbac: RbacAuthorizer; readonly hub: CacheHub },
): Authorizer {
  switch (mode) {
    case 'Node':
      return new NodeAuthorizer(new PodsByNode(hub.cache('/registry/pods/')), nodeRules);
    case 'RBAC':
      return rbac;
    case 'AlwaysAllow':
      return { authorize: () => ({ verdict: 'allow', reason: '' }) };
    case 'AlwaysDeny':
      return { authorize: () => ({ verdict: 'no-opinion', reason: 'Everything is forbidden.' }) };
  }
}
