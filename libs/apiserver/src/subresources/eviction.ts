import { FieldErrors, FieldPath, LabelMatcher, StatusError, type DeepReadonly, type DeleteOptions } from '@keelson/apimachinery';
import { podIsReady, podIsTerminal, pods, type Eviction, type Pod, type PodDisruptionBudget } from '@keelson/api';
import type { AdmissionChain } from '../admission/admission-plugin';
import type { VirtualResource } from '../endpoints/api-endpoint';
import type { BodyDecoder } from '../endpoints/body-decoder';
import { jsonResponse } from '../endpoints/resource-handlers';
import { validateDeleteOptions } from '../endpoints/write-options';
import { changeContextOf } from '../endpoints/write-request';
import type { ApiRequest } from '../http/api-request';
import { NO_ADMISSION } from '../registry/internal-context';
import type { ObjectRegistry } from '../registry/object-registry';
import type { CachedObject } from '../watch-cache/cached-object';
import { admitCreate } from './admit-create';
import { readUnstored } from './create-body';

const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction' };
const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
/** A budget whose controller has not yet seen this many evicted pods go takes no more. */
const MAX_DISRUPTED_PODS = 2000;

export interface EvictionDeps {
  readonly decoder: BodyDecoder;
  readonly admission: AdmissionChain;
  readonly pods: ObjectRegistry;
  readonly budgets: ObjectRegistry;
  readonly now: () => number;
}

/** `pods/eviction`: a delete that respects disruption budgets. A budget that allows none answers 429, and the client tries again. */
export function evictionSubresource(deps: EvictionDeps): VirtualResource {
  return {
    create: async (request: ApiRequest) => {
      const eviction = await readUnstored<Eviction>(request, deps.decoder, EVICTION);
      if (eviction.metadata.name !== request.info.name) throw StatusError.badRequest('name in URL does not match name in Eviction object');
      const options: DeleteOptions = { ...eviction.deleteOptions };
      validateDeleteOptions(options);
      const stated = changeContextOf(request, deps.admission);
      const admitted = { ...stated, dryRun: stated.dryRun || options.dryRun?.includes('All') === true };
      await admitCreate(eviction, { resource: pods, kind: EVICTION }, admitted);
      const context = { ...admitted, admission: NO_ADMISSION, subresource: '' };
      const cached = await deps.pods.get(request.info);
      const pod = cached.parse() as Pod;
      if (needsBudget(pod)) await spendBudget(deps, pod, context);
      // The pod that was looked at, and no other of its name, is deleted.
      const preconditions = { uid: pod.metadata.uid, ...options.preconditions };
      await deps.pods.delete({ ...options, preconditions }, context);
      return jsonResponse(201, SUCCESS);
    },
  };
}

/** What has ended, or never began, disrupts nobody. */
function needsBudget(pod: DeepReadonly<Pod>): boolean {
  return !podIsTerminal(pod) && pod.status?.phase !== 'Pending' && pod.metadata.deletionTimestamp === undefined;
}

async function spendBudget(deps: EvictionDeps, pod: Pod, context: Parameters<ObjectRegistry['update']>[1]): Promise<void> {
  const budgets = [...deps.budgets.cache.objects.inOrder(pod.metadata.namespace)].filter(({ object }) =>
    selects(object as DeepReadonly<PodDisruptionBudget>, pod),
  );
  const [budget, second] = budgets;
  if (budget === undefined) return;
  if (second !== undefined)
    throw new StatusError({
      message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      code: 500,
    });
  if (toleratesUnready(budget.object as DeepReadonly<PodDisruptionBudget>, pod)) return;
  await deps.budgets.update((current) => spend(current, pod, deps.now()), { ...context, name: budget.name, subresource: 'status' });
}

function selects({ spec }: DeepReadonly<PodDisruptionBudget>, pod: Pod): boolean {
  return spec.selector !== undefined && LabelMatcher.of(spec.selector).matches(pod.metadata.labels);
}

/** An unready pod may go if the budget's policy says always, or while enough others are healthy. */
function toleratesUnready({ spec, status }: DeepReadonly<PodDisruptionBudget>, pod: Pod): boolean {
  if (podIsReady(pod)) return false;
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function spend(current: CachedObject, pod: Pod, now: number): PodDisruptionBudget {
  const budget = current.parse() as PodDisruptionBudget;
  const { metadata, status } = budget;
  if (status === undefined || (status.observedGeneration ?? 0) < (metadata.generation ?? 0))
    throw tooManyRequests(
      `Cannot evict pod as it would violate the pod's disruption budget.`,
      `The disruption budget ${metadata.name} is still being processed by the server.`,
      10,
    );
  const { disruptionsAllowed = 0 } = status;
  if (disruptionsAllowed < 0) {
    const errors = new FieldErrors();
    errors.forbidden(FieldPath.of('status', 'disruptionsAllowed'), 'pdb disruptions allowed is negative');
    throw StatusError.invalid({ group: 'policy', kind: 'PodDisruptionBudget' }, metadata.name, errors);
  }
  const disrupted = status.disruptedPods ?? {};
  if (Object.keys(disrupted).length > MAX_DISRUPTED_PODS)
    throw tooManyRequests('DisruptedPods map too big - too many evictions not confirmed by PDB controller', '');
  if (disruptionsAllowed === 0)
    throw tooManyRequests(
      "Cannot evict pod as it would violate the pod's disruption budget.",
      `The disruption budget ${metadata.name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`,
    );
  const disruptedPods = { ...disrupted, [pod.metadata.name]: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z') };
  return { ...budget, status: { ...status, disruptionsAllowed: disruptionsAllowed - 1, disruptedPods } };
}

function tooManyRequests(message: string, cause: string, retryAfterSeconds?: number): StatusError {
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return StatusError.of('TooManyRequests', message, {
    ...(cause === '' ? {} : { causes: [{ reason: 'DisruptionBudget', message: cause }] }),
    ...retry,
  });
}
