import { schemaless, type Clock } from '@keelson/apimachinery';
import { kinds, PatchSchemas, ProtobufCodec, type SchemaRegistry } from '@keelson/api/server';
import { KUBERNETES_VERSION } from '@keelson/component-base';
import type { Store } from '@keelson/storage';
import type { AdmissionChain } from '../admission/admission-plugin';
import { apiEndpoint } from '../endpoints/api-endpoint';
import type { ComponentCheck } from '../component-status/component-check';
import { discoveryRoutes } from '../endpoints/discovery-routes';
import { issuerDiscoveryRoutes } from '../endpoints/issuer-discovery-routes';
import { NonResourceRoutes } from '../endpoints/non-resource-routes';
import { openApiRoutes } from '../endpoints/openapi-routes';
import { ResourceHandlers, type PatchSchemaOf } from '../endpoints/resource-handlers';
import { SchemaBodyDecoder } from '../endpoints/schema-body-decoder';
import type { Handler } from '../http/api-request';
import { Encoders } from '../negotiation/encoders';
import type { KubeletClient } from '../node-access/kubelet-client';
import type { CacheHub } from '../watch-cache/cache-hub';
import type { ApiserverConfig } from './apiserver-config';
import type { Auth } from './create-auth';
import { nonResourceRoutes, type NonResourceDeps } from './non-resource';
import type { ResourceTable } from './resource-table';
import { virtualResources } from './virtual-resources';

export interface EndpointParts {
  readonly config: ApiserverConfig;
  readonly deps: NonResourceDeps & {
    readonly store: Store;
    readonly clock: Clock;
    readonly random: () => number;
    readonly components: ReadonlyMap<string, ComponentCheck>;
  };
  readonly admission: AdmissionChain;
  readonly hub: CacheHub;
  readonly table: ResourceTable;
  readonly auth: Auth;
  readonly schemas: SchemaRegistry;
  readonly kubelets: KubeletClient;
}

/** What stands behind the filters: every verb of every resource, and everything that is no resource. */
export function createEndpoint({ admission, auth, config, deps, hub, kubelets, schemas, table }: EndpointParts): Handler {
  const rules = new Map(kinds.map((kind) => [`${kind.resource.group}/${kind.resource.version}/${kind.resource.kind}`, kind]));
  const decoder = new SchemaBodyDecoder(schemas, ({ group, kind, version }) => rules.get(`${group}/${version}/${kind}`));
  const patchSchemas = new PatchSchemas();
  const patchSchemaOf: PatchSchemaOf = (kind) => {
    const type = schemas.schemaOf(kind);
    return type === undefined ? schemaless : patchSchemas.of(type);
  };
  const encoders = new Encoders(deps.clock, new ProtobufCodec(schemas));
  const { clock, random, store } = deps;
  const handlers = new ResourceHandlers({
    hub,
    store,
    clock,
    random,
    decoder,
    admission,
    authorizer: auth.authorizer,
    minRequestTimeoutSeconds: config.minRequestTimeoutSeconds,
    encoderFor: (request, served) => encoders.for(request, served),
    patchSchemaOf,
  });
  const { audiences, extendTokenExpiration = true, issuers, maxTokenSeconds = 0, verificationKeys } = config.serviceAccounts;
  const tokenLifetimes = { maxSeconds: maxTokenSeconds, extendsPods: extendTokenExpiration };
  const serverAddress = `${config.advertiseAddress}:${config.advertisePort}`;
  const { components } = deps;
  const parts = {
    table,
    auth,
    admission,
    decoder,
    clock,
    random,
    audiences,
    tokenLifetimes,
    patchSchemaOf,
    kubelets,
    encoders,
    components,
  };
  const virtual = virtualResources(parts);
  const routes = new NonResourceRoutes([
    ...nonResourceRoutes(deps),
    ...discoveryRoutes(schemas, serverAddress),
    ...issuerDiscoveryRoutes({ issuer: issuers[0] ?? '', keys: verificationKeys, serverAddress }),
    ...openApiRoutes(schemas, KUBERNETES_VERSION),
  ]);
  const groups = new Set(schemas.groups.map(({ group }) => group));
  return apiEndpoint({ handlers, groups, stored: table.served, virtual, nonResource: (request) => routes.answer(request) });
}
