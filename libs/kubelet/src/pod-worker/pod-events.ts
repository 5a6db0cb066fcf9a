import type { EventRecorder } from '@keelson/controller-runtime';
import { ephemeralContainersOf, initContainersOf } from '../pod/pod-containers';
import type { ReadonlyPod } from '../pod/types';

/** Events about a pod. With a container's name they are about that container of it (`involvedObject.fieldPath`). */
export class PodEvents {
  readonly #recorder: EventRecorder;

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  normal(pod: ReadonlyPod, reason: string, message: string, container?: string): void {
    this.#record(pod, { type: 'Normal', reason, message, container });
  }

  warning(pod: ReadonlyPod, reason: string, message: string, container?: string): void {
    this.#record(pod, { type: 'Warning', reason, message, container });
  }

  #record(
    pod: ReadonlyPod,
    { type, reason, message, container }: { type: 'Normal' | 'Warning'; reason: string; message: string; container: string | undefined },
  ): void {
    const about = container === undefined ? {} : { fieldPath: containerFieldPath(pod, container) };
    this.#recorder.event({ apiVersion: 'v1', kind: 'Pod', ...pod }, type, reason, message, about);
  }
}

function containerFieldPath(pod: ReadonlyPod, container: string): string {
  const isIn = (list: readonly { readonly name: string }[]): boolean => list.some(({ name }) => name === container);
  const list = isIn(initContainersOf(pod)) ? 'initContainers' : isIn(ephemeralContainersOf(pod)) ? 'ephemeralContainers' : 'containers';
  return `spec.${list}{${container}}`;
}
