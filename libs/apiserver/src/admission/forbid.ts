import { StatusError } from '@keelson/apimachinery';
import type { AdmissionAttributes } from './admission-plugin';

/** The error by which a plugin refuses: `pods "web" is forbidden: WHY`; upstream's `admission.NewForbidden`. */
export function forbid({ name, object, resource }: AdmissionAttributes, why: string): StatusError {
  const { generateName, name: own } = (object?.metadata ?? {}) as { name?: string; generateName?: string };
  return StatusError.forbidden(resource, name !== '' ? name : (own ?? generateName ?? 'Unknown'), why);
}

/** Whether a change is of `kind` in the core group, and of the object itself unless `subresource` says otherwise. */
export function isAbout({ resource, subresource }: AdmissionAttributes, resourceName: string, wanted = ''): boolean {
  return resource.group === '' && resource.resource === resourceName && subresource === wanted;
}
