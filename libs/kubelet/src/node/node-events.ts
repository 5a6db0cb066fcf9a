import type { NodeStatus } from '@keelson/api';
import type { EventRecorder } from '@keelson/controller-runtime';
import type { ReadonlyNode } from '../pod/types';

/** What is recorded when a condition gets the status `True`, and when `False`; Ready's first verdict is no change, and is not told. */
const REASONS: Readonly<Record<string, { readonly True: string; readonly False: string; readonly tellsFirst: boolean }>> = {
  MemoryPressure: { True: 'NodeHasInsufficientMemory', False: 'NodeHasSufficientMemory', tellsFirst: true },
  DiskPressure: { True: 'NodeHasDiskPressure', False: 'NodeHasNoDiskPressure', tellsFirst: true },
  PIDPressure: { True: 'NodeHasInsufficientPID', False: 'NodeHasSufficientPID', tellsFirst: true },
  Ready: { True: 'NodeReady', False: 'NodeNotReady', tellsFirst: false },
};

/** Events of the node's own life (upstream: pkg/kubelet/nodestatus). Their object's uid is the node's name: there `kubectl describe node` looks for what kubelets tell. */
export class NodeEvents {
  readonly #recorder: EventRecorder;
  readonly #nodeName: string;
  #toldStart = false;
  /** What was told last; a node counts as schedulable until it is known not to be. */
  #unschedulable = false;
  /** One boot is told once, however often the status that carries it has to be written. */
  #toldReboot = false;

  constructor(recorder: EventRecorder, nodeName: string) {
    this.#recorder = recorder;
    this.#nodeName = nodeName;
  }

  /** Once, though a node that someone deleted is registered again. */
  started(): void {
    if (this.#toldStart) return;
    this.#toldStart = true;
    this.#record('Normal', 'Starting', 'Starting kubelet.');
  }

  /** Tells what the kubelet is about to change in the node's status. */
  statusChanges(node: ReadonlyNode, next: NodeStatus): void {
    this.#tellReboot(node.status?.nodeInfo?.bootID, next.nodeInfo?.bootID);
    this.#tellConditions(node, next);
    const unschedulable = node.spec.unschedulable ?? false;
    if (unschedulable !== this.#unschedulable) this.#recordStatus(unschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable');
    this.#unschedulable = unschedulable;
  }

  #tellReboot(before: string | undefined, now: string | undefined): void {
    if (this.#toldReboot || before === undefined || before === '' || now === undefined || before === now) return;
    this.#toldReboot = true;
    this.#record('Warning', 'Rebooted', `Node ${this.#nodeName} has been rebooted, boot id: ${now}`);
  }

  #tellConditions(node: ReadonlyNode, { conditions = [] }: NodeStatus): void {
    for (const { status, type } of conditions) {
      const before = node.status?.conditions?.find((condition) => condition.type === type)?.status;
      const reasons = REASONS[type];
      if (reasons === undefined || before === status || (before === undefined && !reasons.tellsFirst)) continue;
      this.#recordStatus(status === 'True' ? reasons.True : reasons.False);
    }
  }

  #recordStatus(reason: string): void {
    this.#record('Normal', reason, `Node ${this.#nodeName} status is now: ${reason}`);
  }

  #record(type: 'Normal' | 'Warning', reason: string, message: string): void {
    const metadata = { name: this.#nodeName, uid: this.#nodeName, resourceVersion: '', creationTimestamp: '' };
    this.#recorder.event({ apiVersion: 'v1', kind: 'Node', metadata }, type, reason, message);
  }
}
