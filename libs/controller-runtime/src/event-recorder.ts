import type { DeepReadonly, KubernetesObject } from '@keelson/apimachinery';

/** Records Events about objects, as kubectl describe shows them. Never rejects and never waits: a lost event is only logged. */
export interface EventRecorder {
  /** @param reason one CamelCase word @param message a sentence */
  event(object: DeepReadonly<KubernetesObject>, type: 'Normal' | 'Warning', reason: string, message: string): void;
}
