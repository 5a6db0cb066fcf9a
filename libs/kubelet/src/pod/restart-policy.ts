import { isSidecar } from './pod-containers';
import type { ReadonlyContainer, ReadonlyPod } from './types';

type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** A sidecar's is Always; an init container's is the pod's, with Always meaning OnFailure. */
function effectivePolicy(pod: ReadonlyPod, container: ReadonlyContainer, init: boolean): RestartPolicy {
  if (init && isSidecar(container)) return 'Always';
  const policy = (container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always') as RestartPolicy;
  return init && policy === 'Always' ? 'OnFailure' : policy;
}

/**
 * Whether a container that ended with `exitCode` is started again while its pod lives. The container's own `restartPolicyRules`
 * come before its policy (KEP-5307).
 */
export function isRestartedAfter(
  pod: ReadonlyPod,
  container: ReadonlyContainer,
  ending: { readonly exitCode: number; readonly init: boolean },
): boolean {
  for (const rule of container.restartPolicyRules ?? []) {
    const { operator, values = [] } = rule.exitCodes ?? { operator: 'In', values: [] };
    if (rule.action === 'Restart' && values.includes(ending.exitCode) === (operator === 'In')) return true;
  }
  const policy = effectivePolicy(pod, container, ending.init);
  return policy === 'Always' || (policy === 'OnFailure' && ending.exitCode !== 0);
}
