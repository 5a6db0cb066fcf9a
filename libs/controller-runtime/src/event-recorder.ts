import type { DeepReadonly, KubernetesObject } from '@keelson/apimachinery';

/** Records Events about objects, as kubectl describe shows them. Never rejects and never waits: a lost event is only logged. */
export interface EventRecorder {
  /** @param reason one CamelCase word @param message a sentence @param about the part of the object it is about, such as `spec.containers{web}` */
  event(
    object: DeepReadonly<KubernetesObject>,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    about?: { readonly fieldPath?: string },
  ): void;
}

/** What was done to an object, and why. */
export interface ActionEvent {
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word, as `action`. */
  readonly reason: string;
  readonly action: string;
  /** A sentence of at most 1024 characters. */
  readonly note: string;
}

/** Records Events through `events.k8s.io/v1`, where what repeats is one event with a series (KEP-383). Never rejects and never waits. */
export interface ActionRecorder {
  record(regarding: DeepReadonly<KubernetesObject>, event: ActionEvent): void;
}
