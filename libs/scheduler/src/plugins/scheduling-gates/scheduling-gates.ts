import type { PreEnqueuePlugin, Requeue } from '../../framework/plugin';
import { fits, unresolvable, type Verdict } from '../../framework/verdict';
import type { PodState } from '../../state/pod-state';

/** Holds a pod back as long as it has scheduling gates (KEP-3521). */
export class SchedulingGates implements PreEnqueuePlugin {
  readonly name = 'SchedulingGates';
  readonly requeueOn: readonly Requeue[] = [{ resource: 'self', on: 'update' }];

  preEnqueue({ pod }: PodState): Verdict {
    const gates = (pod.spec.schedulingGates ?? []).map(({ name }) => name);
    return gates.length === 0 ? fits : unresolvable(`waiting for scheduling gates: [${gates.join(' ')}]`);
  }
}
