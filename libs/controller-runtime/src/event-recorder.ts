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

/** Records Events in the form of `events.k8s.io/v1`, which also say what was being done (KEP-383). Never rejects and never waits: a lost event is only logged. */
export interface ActionRecorder {
  /** @param event `reason` and `action` are one CamelCase word each, `note` is a sentence */
  record(
    regarding: DeepReadonly<KubernetesObject>,
    event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly action: string; readonly note: string },
  ): void;
}
