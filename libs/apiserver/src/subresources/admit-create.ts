import type { GroupVersionKind, GroupVersionResource, KubernetesObject } from '@keelson/apimachinery';
import type { AdmissionAttributes } from '../admission/admission-plugin';
import type { ChangeContext } from '../registry/change-context';

/** Lets admission see the object of a subresource that is created but never stored: what plugins complete in it counts. */
export async function admitCreate(
  object: KubernetesObject,
  { kind, resource }: { readonly resource: GroupVersionResource; readonly kind: GroupVersionKind },
  context: ChangeContext,
): Promise<void> {
  const { admission, dryRun, name, namespace, subresource, user, warnings } = context;
  const attributes: AdmissionAttributes = {
    operation: 'CREATE',
    resource,
    kind,
    subresource,
    namespace,
    name,
    object,
    oldObject: undefined,
    dryRun,
    user,
    warnings,
  };
  await admission.admit(attributes);
  await admission.validate(attributes);
}
