import type { Clock } from '@keelson/apimachinery';
import { kinds } from '@keelson/api/server';
import type { AdmissionChain } from '../admission/admission-plugin';
import { componentStatuses } from '../component-status/component-statuses';
import type { ComponentCheck } from '../component-status/component-check';
import { resourceKey, type VirtualResource } from '../endpoints/api-endpoint';
import type { BodyDecoder } from '../endpoints/body-decoder';
import type { PatchSchemaOf } from '../endpoints/resource-handlers';
import type { Encoders } from '../negotiation/encoders';
import type { KubeletClient } from '../node-access/kubelet-client';
import { logSubresource } from '../node-access/pod-log';
import { portForwardSubresource } from '../node-access/pod-port-forward';
import { streamSubresource } from '../node-access/pod-streams';
import { nodeLocation, podLocation } from '../proxy/proxy-location';
import { proxySubresource } from '../proxy/proxy-subresource';
import { serviceLocation } from '../proxy/service-location';
import { selfSubjectAccessReviews, selfSubjectRulesReviews, subjectAccessReviews } from '../reviews/access-review';
import { selfSubjectReviews, tokenReviews } from '../reviews/token-review';
import { bindingSubresource } from '../subresources/binding';
import { evictionSubresource } from '../subresources/eviction';
import { scaleSubresource } from '../subresources/scale';
import { tokenSubresource } from '../subresources/token';
import type { TokenLifetimes } from '../subresources/token-lifetime';
import type { Auth } from './create-auth';
import type { ResourceTable } from './resource-table';

export interface VirtualResourceDeps {
  readonly table: ResourceTable;
  readonly auth: Auth;
  readonly admission: AdmissionChain;
  readonly decoder: BodyDecoder;
  readonly clock: Clock;
  readonly random: () => number;
  readonly audiences: readonly string[];
  readonly tokenLifetimes: TokenLifetimes;
  readonly patchSchemaOf: PatchSchemaOf;
  readonly kubelets: KubeletClient;
  readonly encoders: Encoders;
  /** What `componentstatuses` tells of. */
  readonly components: ReadonlyMap<string, ComponentCheck>;
}

/** Resources that are answered and never stored. */
export const UNSTORED: ReadonlySet<string> = new Set([
  '/v1/bindings',
  '/v1/componentstatuses',
  'authentication.k8s.io/v1/selfsubjectreviews',
  'authentication.k8s.io/v1/tokenreviews',
  'authorization.k8s.io/v1/localsubjectaccessreviews',
  'authorization.k8s.io/v1/selfsubjectaccessreviews',
  'authorization.k8s.io/v1/selfsubjectrulesreviews',
  'authorization.k8s.io/v1/subjectaccessreviews',
]);

/** Everything a URL can name that is no plain view of a stored object, by its key. */
export function virtualResources(deps: VirtualResourceDeps): ReadonlyMap<string, VirtualResource> {
  return new Map([...reviews(deps), ...podSubresources(deps), ...nodeAccess(deps), ...scales(deps), components(deps)]);
}

function reviews({ audiences, auth, clock, decoder }: VirtualResourceDeps): [string, VirtualResource][] {
  const access = { decoder, authorizer: auth.authorizer, rbac: auth.rbac };
  return [
    ['authentication.k8s.io/v1/selfsubjectreviews', selfSubjectReviews(clock)],
    [
      'authentication.k8s.io/v1/tokenreviews',
      tokenReviews({ decoder, serviceAccountTokens: auth.serviceAccountTokens, others: [auth.staticTokens], audiences }),
    ],
    ['authorization.k8s.io/v1/localsubjectaccessreviews', subjectAccessReviews(access, 'LocalSubjectAccessReview')],
    ['authorization.k8s.io/v1/selfsubjectaccessreviews', selfSubjectAccessReviews(access)],
    ['authorization.k8s.io/v1/selfsubjectrulesreviews', selfSubjectRulesReviews(access)],
    ['authorization.k8s.io/v1/subjectaccessreviews', subjectAccessReviews(access, 'SubjectAccessReview')],
  ];
}

function podSubresources({
  admission,
  audiences,
  auth,
  clock,
  decoder,
  table,
  tokenLifetimes,
}: VirtualResourceDeps): [string, VirtualResource][] {
  const pods = table.registry('', 'v1', 'pods');
  const binding = bindingSubresource({ decoder, admission, clock, pods });
  return [
    ['/v1/bindings', binding],
    ['/v1/pods/binding', binding],
    [
      '/v1/pods/eviction',
      evictionSubresource({
        decoder,
        admission,
        pods,
        budgets: table.registry('policy', 'v1', 'poddisruptionbudgets'),
        now: () => clock.now(),
      }),
    ],
    [
      '/v1/serviceaccounts/token',
      tokenSubresource({
        decoder,
        admission,
        issuer: auth.issuer,
        audiences,
        lifetimes: tokenLifetimes,
        serviceAccounts: table.registry('', 'v1', 'serviceaccounts'),
        pods,
        secrets: table.registry('', 'v1', 'secrets'),
        nodes: table.registry('', 'v1', 'nodes'),
      }),
    ],
  ];
}

function nodeAccess({ auth, kubelets, random, table }: VirtualResourceDeps): [string, VirtualResource][] {
  const access = { kubelets, pods: table.registry('', 'v1', 'pods'), nodes: table.registry('', 'v1', 'nodes') };
  const services = {
    services: table.registry('', 'v1', 'services'),
    endpoints: table.registry('', 'v1', 'endpoints'),
    pods: access.pods,
    random,
  };
  return [
    ['/v1/pods/log', logSubresource(access)],
    ['/v1/pods/exec', streamSubresource(access, auth.authorizer, 'exec')],
    ['/v1/pods/attach', streamSubresource(access, auth.authorizer, 'attach')],
    ['/v1/pods/portforward', portForwardSubresource(access, auth.authorizer)],
    ['/v1/pods/proxy', proxySubresource((info) => podLocation(access, info))],
    ['/v1/services/proxy', proxySubresource((info) => serviceLocation(services, info))],
    ['/v1/nodes/proxy', proxySubresource((info) => nodeLocation(access, info))],
  ];
}

function components({ components: checks, encoders }: VirtualResourceDeps): [string, VirtualResource] {
  const rules = kinds.find(({ resource }) => resource.resource === 'componentstatuses') ?? {};
  return ['/v1/componentstatuses', componentStatuses({ checks, encoders, rules })];
}

const SCALABLE = [
  { group: '', version: 'v1', resource: 'replicationcontrollers' },
  { group: 'apps', version: 'v1', resource: 'deployments' },
  { group: 'apps', version: 'v1', resource: 'replicasets' },
  { group: 'apps', version: 'v1', resource: 'statefulsets' },
];

function scales({ admission, decoder, encoders, patchSchemaOf, table }: VirtualResourceDeps): [string, VirtualResource][] {
  const patchSchema = patchSchemaOf({ group: 'autoscaling', version: 'v1', kind: 'Scale' });
  return SCALABLE.flatMap((resource): [string, VirtualResource][] => {
    const served = table.served.get(resourceKey(resource));
    return served === undefined
      ? []
      : [[resourceKey({ ...resource, subresource: 'scale' }), scaleSubresource(served, { decoder, admission, encoders, patchSchema })]];
  });
}
