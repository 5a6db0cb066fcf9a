import type { Clock } from '@keelson/apimachinery';
import { builtInSchemas, conversions, encodeStored, kinds } from '@keelson/api/server';
import type { DaemonContext } from '@keelson/component-base';
import type { Store } from '@keelson/storage';
import { AdmissionChain } from '../admission/admission-plugin';
import { chosenPlugins } from '../admission/admission-plugins';
import type { ComponentCheck } from '../component-status/component-check';
import { RbacEscalation } from '../admission/plugins/rbac-escalation';
import { AuthenticationTrust } from '../bootstrap/authentication-trust';
import { ensureRbacPolicy } from '../bootstrap/rbac-policy';
import { ensurePriorityClasses, ensureSystemNamespaces } from '../bootstrap/system-objects';
import { filterChain, type ChainDeps } from '../filters/chain';
import { chain } from '../filters/filter';
import { ApiServer } from '../http/api-server';
import { KubeletClient } from '../node-access/kubelet-client';
import { protobufBody } from '../negotiation/protobuf-body';
import type { ObjectRegistry } from '../registry/object-registry';
import { CacheHub } from '../watch-cache/cache-hub';
import type { ApiserverConfig } from './apiserver-config';
import { createAuth, type Auth } from './create-auth';
import { createEndpoint } from './create-endpoint';
import { ensureDefaultServiceCidr } from '../services/default-service-cidr';
import { createServices } from './create-services';
import { RegistryQuotas } from './registry-quotas';
import { requestMetrics } from './request-metrics';
import { planResources, ResourceTable } from './resource-table';
import { storeCheck } from './store-check';
import { StoredValues } from './stored-values';
import { TableObjects } from './table-objects';
import { UNSTORED } from './virtual-resources';
import { writeStatus } from './write-status';

export interface ApiserverDeps extends Pick<DaemonContext, 'log' | 'metrics' | 'health' | 'version'> {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newUid: () => string;
  /** How the cluster's components are asked how they are, by name; for `componentstatuses`. */
  readonly components: ReadonlyMap<string, ComponentCheck>;
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
  const storedValues = new StoredValues(schemas, conversions);
  const planned = planResources({
    schemas,
    kinds,
    conversions,
    encode: encodeStored,
    convert: (value, stored) => storedValues.convert(value, stored),
    virtual: UNSTORED,
    returnsDeleted: RETURNS_DELETED,
    timeToLiveSeconds: config.eventSeconds,
    allowsPrivileged: config.allowPrivileged,
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
  const services = createServices(config, table, { ...deps, decode: (value) => storedValues.decode(value) });
  const trust = new AuthenticationTrust({
    ...deps,
    configMaps: table.registry('', 'v1', 'configmaps'),
    authorities: config.clientCertificateAuthority,
  });
  await ensureSystemObjects(table);
  await ensureDefaultServiceCidr(table.registry('networking.k8s.io', 'v1', 'servicecidrs'), config.serviceClusterIpRange, deps.clock);
  const auth = createAuth(config, hub, deps.clock);
  const kubelets = new KubeletClient(config.kubeletClient, config.kubeletAddressTypes);
  const admission = createAdmission(config, { table, auth, hub, random: deps.random, clock: deps.clock });
  const endpoint = createEndpoint({ config, deps, hub, table, auth, schemas, kubelets, admission });
  deps.health.add('etcd', storeCheck(deps.store, deps.clock));
  const server = new ApiServer({
    serving: config.serving,
    clientCertificateAuthority: config.clientCertificateAuthority,
    tls: config.tls,
    handler: chain(createFilters(config, auth, { ...deps, toProtobuf: protobufBody(schemas) }), endpoint),
    log: deps.log,
  });
  await trust.start();
  await services.start();
  return {
    server,
    async close(graceMilliseconds) {
      await services.close();
      await trust.close();
      await server.close(graceMilliseconds);
      kubelets.close();
      await hub.close();
    },
  };
}

function createFilters(
  config: ApiserverConfig,
  auth: Auth,
  deps: ApiserverDeps & Pick<ChainDeps, 'toProtobuf'>,
): ReturnType<typeof filterChain> {
  return filterChain({
    log: deps.log,
    clock: deps.clock,
    metrics: requestMetrics(deps.metrics),
    newUid: deps.newUid,
    toProtobuf: deps.toProtobuf,
    writeStatus,
    authenticator: auth.authenticator,
    authorizer: auth.authorizer,
    anonymous: config.anonymousAuth,
    requestTimeoutMilliseconds: config.requestTimeoutMilliseconds,
    maxRequestsInFlight: config.maxRequestsInFlight,
    maxMutatingRequestsInFlight: config.maxMutatingRequestsInFlight,
  });
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

interface AdmissionParts extends Pick<ApiserverDeps, 'clock' | 'random'> {
  readonly table: ResourceTable;
  readonly auth: Auth;
  readonly hub: CacheHub;
}

function createAdmission(config: ApiserverConfig, { auth, clock, hub, random, table }: AdmissionParts): AdmissionChain {
  const deps = {
    objects: new TableObjects(table),
    authorizer: auth.authorizer,
    quotas: new RegistryQuotas(table.registry('', 'v1', 'resourcequotas'), hub),
    clock,
    random,
    notReadyTolerationSeconds: config.defaultNotReadyTolerationSeconds,
    unreachableTolerationSeconds: config.defaultUnreachableTolerationSeconds,
  };
  const chosen = chosenPlugins(deps, { enable: config.enableAdmissionPlugins, disable: config.disableAdmissionPlugins });
  return new AdmissionChain([new RbacEscalation(auth.authorizer, auth.rbac), ...chosen]);
}

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
