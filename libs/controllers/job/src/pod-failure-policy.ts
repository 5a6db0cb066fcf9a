import type {
  ContainerStatus,
  DeepReadonly,
  Pod,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '@keelson/api';

/** What a failed pod means to its job (KEP-3329). */
export interface FailureVerdict {
  /** The action of the first rule that matches; undefined if none does. */
  readonly action: string | undefined;
  /** Why the job fails over this pod; undefined if it does not. */
  readonly message: string | undefined;
  /** Whether the failure counts towards the job's limits. */
  readonly counts: boolean;
}

const UNMATCHED: FailureVerdict = { action: undefined, message: undefined, counts: true };

export function judgeFailure(policy: DeepReadonly<PodFailurePolicy> | undefined, pod: DeepReadonly<Pod>): FailureVerdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const what = whatMatches(rule, pod);
    if (what === undefined) continue;
    const { action } = rule;
    const message = action === 'FailJob' ? `${what} matching ${action} rule at index ${index}` : undefined;
    return { action, message, counts: action !== 'Ignore' };
  }
  return UNMATCHED;
}

/** What about the pod a rule matches, in words. */
function whatMatches({ onExitCodes, onPodConditions }: DeepReadonly<PodFailurePolicyRule>, pod: DeepReadonly<Pod>): string | undefined {
  const name = `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
  if (onExitCodes !== undefined) {
    const container = containerThatMatches(onExitCodes, pod);
    const exitCode = container?.state?.terminated?.exitCode;
    return exitCode === undefined ? undefined : `Container ${container?.name ?? ''} for pod ${name} failed with exit code ${exitCode}`;
  }
  const condition = pod.status?.conditions?.find(({ status, type }) => isListed(onPodConditions ?? [], { status, type }));
  return condition === undefined ? undefined : `Pod ${name} has condition ${condition.type}`;
}

const isListed = (
  patterns: DeepReadonly<PodFailurePolicyOnPodConditionsPattern[]>,
  { status, type }: { readonly status: string; readonly type: string },
): boolean => patterns.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === status);

/** A container that succeeded matches nothing, `NotIn` included. */
function containerThatMatches(
  { containerName, operator, values }: DeepReadonly<PodFailurePolicyOnExitCodesRequirement>,
  { status }: DeepReadonly<Pod>,
): DeepReadonly<ContainerStatus> | undefined {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return all.find(({ name, state }) => {
    const exitCode = state?.terminated?.exitCode ?? 0;
    if (exitCode === 0 || (containerName !== undefined && containerName !== name)) return false;
    return operator === 'In' ? values.includes(exitCode) : operator === 'NotIn' && !values.includes(exitCode);
  });
}
