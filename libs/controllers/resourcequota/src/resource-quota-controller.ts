import { resourcequotas, resourceTotals, type ResourceQuota, type ResourceQuotaStatus } from '@keelson/api';
import {
  groupResource,
  objectKey,
  type Clock,
  type DeepReadonly,
  type KubernetesObject,
  type ObjectKey,
  type Resource,
} from '@keelson/apimachinery';
import { discoverResources, type ApiClient, type DiscoveredResource } from '@keelson/client';
import type { CacheEvent, Controller, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { evaluatorOf, isSameUsage, usageList, type QuotaEvaluator } from '@keelson/quota';
import { isUpToDate, measureQuota, type Counted } from './measure-quota';
import { ON_THE_WAY_MILLISECONDS, RecentCharges } from './recent-charges';

const REDISCOVERY_MILLISECONDS = 30_000;
const SYNC_RETRY_MILLISECONDS = 1000;
/** The key that stands for discovery; all others are of quotas. */
const DISCOVERY: ObjectKey = 'discovery';
const COUNTABLE_VERBS = ['create', 'delete', 'list', 'watch'];

export interface ResourceQuotaControllerDeps {
  readonly client: ApiClient;
  readonly quotas: Informer<ResourceQuota>;
  /** The shared informer of a resource that was discovered; it must run from then on. */
  readonly informer: (resource: Resource) => Informer<KubernetesObject>;
  readonly clock: Clock;
  /** Milliseconds after which every quota is counted again, whatever was heard of; never at 0. */
  readonly syncPeriod: number;
}

/**
 * Counts what of every quota is used, when its limits change and when something goes that counted. What comes is charged at admission: an
 * object is stored after its charge, so that counting at every arrival would take off what others are about to store.
 * Level-triggered: it counts all that the caches have. Source: pkg/controller/resourcequota.
 */
export class ResourceQuotaController implements Controller {
  readonly name = 'resourcequota';
  readonly #deps: ResourceQuotaControllerDeps;
  readonly #charges: RecentCharges;
  /** By group resource; a resource that is no longer served stays, and has no objects. */
  readonly #counted = new Map<string, Counted>();
  /** The first discovery, before which nothing is known of what there is to count; undefined until it is needed, and after it failed. */
  #discovered: Promise<void> | undefined;
  #watch: Watches | undefined;

  constructor(deps: ResourceQuotaControllerDeps) {
    this.#deps = deps;
    this.#charges = new RecentCharges(deps.clock);
  }

  watches(watch: Watches): void {
    const { quotas, syncPeriod } = this.#deps;
    this.#watch = watch;
    watch.mapped(quotas, (quota, event) => {
      this.#charges.observe(event);
      return limitsChanged(event) ? [objectKey(quota.metadata)] : [];
    });
    watch.every(REDISCOVERY_MILLISECONDS, () => [DISCOVERY]);
    if (syncPeriod > 0) watch.every(syncPeriod, () => quotas.list().map(({ metadata }) => objectKey(metadata)));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const isFirst = this.#discovered === undefined;
    await this.#firstDiscovery(signal);
    if (key === DISCOVERY && !isFirst) await this.#discover(signal);
    const quota = this.#deps.quotas.get(key);
    if (quota === undefined) return undefined;
    const { awaitsLists, hard, hasUnknown, used: counted } = measureQuota(quota, this.#counted.values(), this.#deps.clock.now());
    const used = this.#charges.atLeast(quota, counted);
    if (!isUpToDate(quota, { hard, used })) await this.#write(quota, { hard: usageList(hard), used: usageList(used) }, signal);
    if (awaitsLists) return { requeueAfter: SYNC_RETRY_MILLISECONDS };
    if (!isSameUsage(used, counted)) return { requeueAfter: ON_THE_WAY_MILLISECONDS };
    return hasUnknown ? { requeueAfter: REDISCOVERY_MILLISECONDS } : undefined;
  }

  /** Only if nothing was charged meanwhile. */
  async #write(quota: DeepReadonly<ResourceQuota>, status: ResourceQuotaStatus, signal: AbortSignal): Promise<void> {
    await this.#deps.client.resource(resourcequotas).updateStatus({ ...(quota as ResourceQuota), status }, { signal });
  }

  /** Whoever comes first makes it, and all others wait for it. */
  async #firstDiscovery(signal: AbortSignal): Promise<void> {
    this.#discovered ??= this.#discover(signal);
    try {
      await this.#discovered;
    } catch (error) {
      this.#discovered = undefined;
      throw error;
    }
  }

  async #discover(signal: AbortSignal): Promise<void> {
    const { resources } = await discoverResources(this.#deps.client, signal);
    for (const resource of resources) this.#count(resource);
  }

  #count({ verbs, ...resource }: DiscoveredResource): void {
    const name = groupResource(resource);
    const evaluator = evaluatorOf(resource);
    const isCountable = resource.namespaced && COUNTABLE_VERBS.every((verb) => verbs.includes(verb));
    if (evaluator === undefined || !isCountable || this.#counted.has(name)) return;
    const objects = this.#deps.informer(resource);
    this.#counted.set(name, { evaluator, objects });
    this.#watch?.mapped(objects, (_object, event) => this.#concerned(evaluator, event));
  }

  /** The quotas that may have got something back by a change. */
  #concerned(evaluator: QuotaEvaluator, event: CacheEvent<KubernetesObject>): ObjectKey[] {
    if (event.type === 'add') return [];
    const quotas = this.#deps.quotas.list(event.object.metadata.namespace);
    if (quotas.length === 0) return [];
    if (event.type === 'update' && !evaluator.needsRecount(event.object, event.previous, this.#deps.clock.now())) return [];
    return quotas
      .filter(({ status }) => Object.keys(status?.hard ?? {}).some((name) => evaluator.measures(name)))
      .map(({ metadata }) => objectKey(metadata));
  }
}

/** What admission and this controller write into the status is no news. */
function limitsChanged(event: CacheEvent<ResourceQuota>): boolean {
  if (event.type !== 'update') return event.type === 'add';
  const limits = ({ spec }: DeepReadonly<ResourceQuota>): ReturnType<typeof resourceTotals> => resourceTotals(spec.hard);
  return !isSameUsage(limits(event.object), limits(event.previous));
}
