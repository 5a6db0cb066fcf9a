import type { KubernetesObject } from './object-meta';

/** A group, version and plural name, with what a client needs to build its URLs. `group` is empty for the core group. */
export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  /** The plural name of the URL, such as `pods`. */
  readonly resource: string;
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** A resource and, for the compiler only, the type of its objects. */
export interface Resource<T extends KubernetesObject = KubernetesObject> extends GroupVersionResource {
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never present: it ties `T` to the descriptor. */
  readonly objectType?: T;
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The inverse of {@link apiVersionOf}. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** `pods`, or `deployments.apps`: how messages name a resource. */
export function groupResource({ group, resource }: { readonly group: string; readonly resource: string }): string {
  return group === '' ? resource : `${resource}.${group}`;
}
