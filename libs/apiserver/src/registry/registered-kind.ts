import type { DeepReadonly, KubernetesObject, Resource } from '@keelson/apimachinery';
import type { KindRules } from '@keelson/api/server';

/** Undoes or confirms what a hook set aside for a write: exactly one of the two is called, once. */
export interface Reservation {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/**
 * What a resource does beside storing: allocations that must be neither lost nor doubled (cluster IPs, node ports).
 * `begin...` may write to the object, which is prepared and not yet validated; its reservation ends with the write.
 */
export interface RegistryHooks {
  beginCreate?(object: KubernetesObject, options: { readonly dryRun: boolean }): Promise<Reservation>;
  beginUpdate?(
    next: KubernetesObject,
    previous: DeepReadonly<KubernetesObject>,
    options: { readonly dryRun: boolean },
  ): Promise<Reservation>;
  afterDelete?(deleted: DeepReadonly<KubernetesObject>): Promise<void> | void;
}

/** A stored resource, put together from the schema and the kind's own rules. */
export interface RegisteredKind {
  readonly resource: Resource;
  readonly rules: KindRules<KubernetesObject>;
  readonly hasStatusSubresource: boolean;
  /** A status that nobody has written yet, with what the schema always shows of it; undefined where a status is absent then. */
  readonly emptyStatus: () => unknown;
  /** Whether a delete answers with the object rather than with a Status. */
  readonly returnsDeletedObject: boolean;
  /** The stored form: JSON, `kind` and `apiVersion` and `metadata` first, no resource version. */
  readonly encode: (object: KubernetesObject) => Buffer;
}
