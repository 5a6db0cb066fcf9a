import type { DeepReadonly, GroupVersionKind, GroupVersionResource, KubernetesObject } from '@keelson/apimachinery';
import type { User } from '../http/api-request';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** A change that is about to be made. */
export interface AdmissionAttributes {
  readonly operation: AdmissionOperation;
  readonly resource: GroupVersionResource;
  readonly kind: GroupVersionKind;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The object as it shall be; `admit` may write to it. Undefined for DELETE; the options object for CONNECT. */
  readonly object: KubernetesObject | undefined;
  /** The object as it is; undefined for CREATE. */
  readonly oldObject: DeepReadonly<KubernetesObject> | undefined;
  readonly dryRun: boolean;
  readonly user: User;
  readonly warnings: Set<string>;
}

/**
 * Decides on a change after its sender is known to be allowed to make it, and may complete it.
 * Throws a StatusError (usually Forbidden) to refuse. Runs again when the write has to be tried again, so it must be idempotent.
 */
export interface AdmissionPlugin {
  /** Upstream's name, as `--enable-admission-plugins` takes it. */
  readonly name: string;
  /** Completes the object; all plugins' `admit` run, in order, before any `validate`. */
  admit?(attributes: AdmissionAttributes): Promise<void> | void;
  validate?(attributes: AdmissionAttributes): Promise<void> | void;
}

/** Runs plugins in the order given. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    for (const plugin of this.#plugins) await plugin.admit?.(attributes);
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    for (const plugin of this.#plugins) await plugin.validate?.(attributes);
  }
}
