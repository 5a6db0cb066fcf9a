import { dns1123Subdomain, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { Pod } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateImageTrimmed } from '../pod-spec/container-validation';
import { validatePodSpec } from '../pod-spec/validation';
import { validatePodAnnotations } from './annotation-validation';

/** The rules of a pod, new or changed (pkg/apis/core/validation `validatePodMetadataAndSpec`). */
export function validatePod(pod: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  const spec = path.child('spec');
  validatePodAnnotations(pod.metadata.annotations, pod.spec, path.child('metadata', 'annotations'), errors);
  validatePodSpec(pod.spec, spec, errors);
  validatePodVolumes(pod, spec.child('volumes'), errors);
  if (isEmpty(pod.spec.serviceAccountName)) forbidTokens(pod, spec.child('volumes'), errors);
  for (const field of ['containers', 'initContainers'] as const)
    listOf(pod.spec[field]).forEach(({ image }, position) =>
      validateImageTrimmed(image, spec.child(field).index(position).child('image'), errors),
    );
}

/** What only a new pod must not have. */
export function validatePodCreate(pod: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  const spec = path.child('spec');
  if (!isEmpty(pod.spec.ephemeralContainers)) errors.forbidden(spec.child('ephemeralContainers'), 'cannot be set on create');
  if (!isEmpty(pod.spec.nodeName) && !isEmpty(pod.spec.schedulingGates))
    errors.forbidden(spec.child('nodeName'), 'cannot be set until all schedulingGates have been cleared');
}

/** What a template need not say yet, or can't be known from it. */
function validatePodVolumes({ metadata, spec }: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  listOf(spec.volumes).forEach(({ ephemeral, image, name }, position) => {
    const at = path.index(position);
    if (image !== undefined && isEmpty(image.reference)) errors.required(at.child('image', 'reference'));
    if (ephemeral === undefined || isEmpty(metadata.name) || isEmpty(name)) return;
    const claim = `${metadata.name}-${name}`;
    for (const problem of dns1123Subdomain(claim)) errors.invalid(at.child('name'), name, `PVC name ${JSON.stringify(claim)}: ${problem}`);
  });
}

/** A token is a service account's. */
function forbidTokens(pod: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  listOf(pod.spec.volumes).forEach(({ projected }, position) =>
    listOf(projected?.sources).forEach(({ serviceAccountToken }, index) => {
      if (serviceAccountToken === undefined) return;
      const at = path.index(position).child('projected', 'sources').index(index).child('serviceAccountToken');
      errors.forbidden(at, 'must not be specified when serviceAccountName is not set');
    }),
  );
}
