import type { DeepReadonly, Scale } from '@keelson/api';
import { apiVersionOf, parseApiVersion, StatusError, type APIResource, type OwnerReference } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';

/** How large an object is by its scale subresource, such as a custom resource's; undefined if it is gone, or another of its name is there. */
export type LookUpScale = (owner: DeepReadonly<OwnerReference>, namespace: string, signal: AbortSignal) => Promise<number | undefined>;

/** Asks the API server which resource the owner's kind is, then for its scale. */
export const lookUpScale =
  (client: ApiClient): LookUpScale =>
  async (owner, namespace, signal) => {
    const { group, version } = parseApiVersion(owner.apiVersion);
    const base = group === '' ? `/api/${version}` : `/apis/${apiVersionOf({ group, version })}`;
    const { resources } = await client.raw<{ resources: APIResource[] }>({ path: base, signal });
    const resource = resources.find(({ kind, name }) => kind === owner.kind && !name.includes('/'));
    if (resource === undefined) throw new Error(`no matches for kind "${owner.kind}" in version "${owner.apiVersion}"`);
    if (!resources.some(({ name }) => name === `${resource.name}/scale`))
      throw new Error(`${resource.name}${group === '' ? '' : `.${group}`} does not implement the scale subresource`);
    try {
      const path = `${base}/namespaces/${namespace}/${resource.name}/${owner.name}/scale`;
      const scale = await client.raw<Scale>({ path, signal });
      return scale.metadata.uid === owner.uid ? (scale.spec.replicas ?? 0) : undefined;
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  };
