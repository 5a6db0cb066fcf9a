import { schemaless, type Clock } from '@keelson/apimachinery';
import { builtInSchemas, conversions, encodeStored, kinds, PatchSchemas, ProtobufCodec, type SchemaRegistry } from '@keelson/api/server';
import type { DaemonContext } from '@keelson/component-base';
import type { Store } from '@keelson/storage';
import { AdmissionChain } from '../admission/admission-plugin';
import { ensureRbacPolicy } from '../bootstrap/rbac-policy';
import { ensurePriorityClasses, ensureSystemNamespaces } from '../bootstrap/system-objects';
import { apiEndpoint } from '../endpoints/api-endpoint';
import { discoveryRoutes } from '../endpoints/discovery-routes';
import { NonResourceRoutes } from '../endpoints/non-resource-routes';
import { ResourceHandlers, type PatchSchemaOf } from '../endpoints/resource-handlers';
import { SchemaBodyDecoder } from '../endpoints/schema-body-decoder';
import { chain } from '../filters/filter';
import { filterChain } from '../filters/chain';
import type { Handler } from '../http/api-request';
import { ApiServer } from '../http/api-server';
import { Encoders } from '../negotiation/encoders';
import type { ObjectRegistry } from '../registry/object-registry';
import { CacheHub } from '../watch-cache/cache-hub';
import type { ApiserverConfig } from './apiserver-config';
import { createServices } from './create-services';
import { createAuth, type Auth } from './create-auth';
import { nonResourceRoutes } from './non-resource';
import { requestMetrics } from './request-metrics';
import { planResources, ResourceTable } from './resource-table';
import { UNSTORED, virtualResources } from './virtual-resources';
import { writeStatus } from './write-status';

export interface ApiserverDeps extends Pick<DaemonContext, 'log' | 'metrics' | 'health'> {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newUid: () => string;
}

/** A server that is ready to take connections. */
export interface Apiserver {
  readonly server: ApiServer;
  /** Finishes the requests under way and stops following the store, which stays open. */
  close(graceMilliseconds: number): Promise<void>;
}

/**
 * Puts an apiserver together on a store: caches filled, system objects in place, no port taken yet.
 * @throws StoreUnavailable if the store can't be read
 */
export async function createApiserver(config: ApiserverConfig, deps: ApiserverDeps): Promise<Apiserver> {
  const schemas = builtInSchemas();
  const planned = planResources({
    schemas,
    kinds,
    conversions,
    encode: encodeStored,
    convert: () => {
      throw new Error('the store holds an object in an encoding that this server does not read');
    },
    virtual: UNSTORED,
    returnsDeleted: RETURNS_DELETED,
  });
  const hub = new CacheHub(
    deps,
    planned.map(({ cached }) => cached),
  );
  await hub.start();
  const table = new ResourceTable(planned, conversions, {
    store: deps.store,
    hub,
    clock: deps.clock,
    random: deps.random,
    newUid: deps.newUid,
  });
  const services = createServices(config, table, deps);
  await ensureSystemObjects(table);
  const auth = createAuth(config, hub, deps.clock);
  const endpoint = createEndpoint({ config, deps, hub, table, auth, schemas });
  const filters = filterChain({
    log: deps.log,
    clock: deps.clock,
    metrics: requestMetrics(deps.metrics),
    writeStatus,
    authenticator: auth.authenticator,
    authorizer: auth.authorizer,
    anonymous: config.anonymousAuth,
    requestTimeoutMilliseconds: config.requestTimeoutMilliseconds,
    maxRequestsInFlight: config.maxRequestsInFlight,
    maxMutatingRequestsInFlight: config.maxMutatingRequestsInFlight,
  });
  deps.health.add('etcd', () => deps.store.check());
  const server = new ApiServer({
    serving: config.serving,
    clientCertificateAuthority: config.clientCertificateAuthority,
    handler: chain(filters, endpoint),
    log: deps.log,
  });
  await services.start();
  return {
    server,
    async close(graceMilliseconds) {
      await services.close();
      await server.close(graceMilliseconds);
      await hub.close();
    },
  };
}

/** Kinds whose delete answers with the object; their storage's `ReturnDeletedObject` upstream. */
const RETURNS_DELETED: ReadonlySet<string> = new Set([
  'csidrivers',
  'csinodes',
  'deviceclasses',
  'namespaces',
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourceclaims',
  'resourceclaimtemplates',
  'resourcequotas',
  'resourceslices',
  'serviceaccounts',
  'services',
  'storageclasses',
  'volumeattachments',
  'volumeattributesclasses',
]);

async function ensureSystemObjects(table: ResourceTable): Promise<void> {
  const rbac = (resource: string): ObjectRegistry => table.registry('rbac.authorization.k8s.io', 'v1', resource);
  await ensureSystemNamespaces(table.registry('', 'v1', 'namespaces'));
  await Promise.all([
    ensurePriorityClasses(table.registry('scheduling.k8s.io', 'v1', 'priorityclasses')),
    ensureRbacPolicy({
      clusterRoles: rbac('clusterroles'),
      clusterRoleBindings: rbac('clusterrolebindings'),
      roles: rbac('roles'),
      roleBindings: rbac('rolebindings'),
    }),
  ]);
}

interface EndpointParts {
  readonly config: ApiserverConfig;
  readonly deps: ApiserverDeps;
  readonly hub: CacheHub;
  readonly table: ResourceTable;
  readonly auth: Auth;
  readonly schemas: SchemaRegistry;
}

function createEndpoint({ auth, config, deps, hub, schemas, table }: EndpointParts): Handler {
  const rules = new Map(kinds.map((kind) => [`${kind.resource.group}/${kind.resource.version}/${kind.resource.kind}`, kind]));
  const decoder = new SchemaBodyDecoder(schemas, ({ group, kind, version }) => rules.get(`${group}/${version}/${kind}`));
  const admission = new AdmissionChain([]);
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
    minRequestTimeoutSeconds: config.minRequestTimeoutSeconds,
    encoderFor: (request, served) => encoders.for(request, served),
    patchSchemaOf,
  });
  const { audiences } = config.serviceAccounts;
  const virtual = virtualResources({ table, auth, admission, decoder, clock, audiences, patchSchemaOf });
  const routes = new NonResourceRoutes([
    ...nonResourceRoutes({ health: deps.health, metrics: deps.metrics }),
    ...discoveryRoutes(schemas, `${config.advertiseAddress}:${config.advertisePort}`),
  ]);
  return apiEndpoint({ handlers, stored: table.served, virtual, nonResource: (request) => routes.answer(request) });
}
