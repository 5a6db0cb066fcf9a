import type { KubernetesObject, Resource } from '@keelson/apimachinery';
import type { KindRules } from '@keelson/api/server';
import type { CachedObject } from '../watch-cache/cached-object';

/** Undoes or confirms what a hook set aside for a write: exactly one of the two is called, once. */
export interface Reservation {
  commit(): void;
  rollback(): void;
}

/**
 * What a resource does beside storing: allocations that must be neither lost nor doubled (cluster IPs, node ports).
 * `begin...` may write to the object, which is not yet validated; its reservation ends with the write.
 */
export interface RegistryHooks {
  beginCreate?(object: KubernetesObject, options: { readonly dryRun: boolean }): Promise<Reservation>;
  beginUpdate?(next: KubernetesObject, previous: CachedObject, options: { readonly dryRun: boolean }): Promise<Reservation>;
  afterDelete?(deleted: CachedObject): Promise<void> | void;
  /** Finalizers aside, whether an object that is being deleted may go now; namespaces wait for `spec.finalizers`. */
  mayFinish?(object: KubernetesObject): boolean;
}

/** A stored resource, put together from the schema, the kind's own rules, and the server's hooks. */
export interface RegisteredKind {
  readonly resource: Resource;
  readonly rules: KindRules<KubernetesObject>;
  readonly hooks: RegistryHooks;
  readonly hasStatusSubresource: boolean;
  /** Whether a delete answers with the object rather than with a Status. */
  readonly returnsDeletedObject: boolean;
  /** The stored form: JSON, `kind` and `apiVersion` and `metadata` first, no resource version. */
  readonly encode: (object: KubernetesObject) => Buffer;
}
