import type { GroupVersionResource, ObjectName, Resource } from '@keelson/apimachinery';

/** `/api/v1/namespaces/NS/pods` or `/apis/apps/v1/deployments`; all namespaces if `namespace` is absent or empty. */
export function collectionPath(resource: GroupVersionResource, namespace?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = namespace === undefined || namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${resource.resource}`;
}

/** @throws Error if a namespaced object comes without its namespace, which would silently name something else */
export function objectPath(resource: Resource, { namespace, name }: ObjectName, subresource?: string): string {
  if (name === '') throw new Error(`a ${resource.kind} can't be addressed without a name`);
  const hasNamespace = namespace !== undefined && namespace !== '';
  if (resource.namespaced && !hasNamespace) throw new Error(`${resource.kind} ${name} can't be addressed without its namespace`);
  const path = `${collectionPath(resource, resource.namespaced ? namespace : undefined)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** Appends what is defined and not empty; numbers and booleans as Go's query encoding writes them. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') parameters.append(name, String(value));
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
