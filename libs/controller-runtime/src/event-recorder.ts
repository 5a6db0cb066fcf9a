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
