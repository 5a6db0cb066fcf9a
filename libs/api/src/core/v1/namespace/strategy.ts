import { nameIsDnsLabel, type DeepReadonly } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { namespaces, type Namespace } from '../../../generated/core/v1';
import { elementsOf } from '../../../presence';
import { defaultNamespace } from './defaults';
import { NAMESPACE_FINALIZER } from './finalizer';
import { columns } from './table';
import { validateFinalizeUpdate, validateNamespace, validateNamespaceStatusUpdate } from './validation';

export const namespace = defineKind(namespaces, {
  defaults: defaultNamespace,
  prepareForCreate,
  prepareForUpdate: takeSpecFrom,
  validateName: nameIsDnsLabel,
  validate: validateNamespace,
  subresources: {
    status: { prepareForUpdate: takeSpecFrom, validateUpdate: validateNamespaceStatusUpdate },
    finalize: { prepareForUpdate: takeStatusFrom, validateUpdate: validateFinalizeUpdate },
  },
  isHeldBack: ({ spec }) => (spec.finalizers ?? []).length > 0,
  markDeleting,
  generationFrom: [],
  columns,
  selectableFields: { 'status.phase': ({ status }) => status?.phase ?? '' },
});

function prepareForCreate(object: Namespace): void {
  object.status = { phase: 'Active' };
  const finalizers = elementsOf(object.spec.finalizers);
  object.spec.finalizers = finalizers.includes(NAMESPACE_FINALIZER) ? finalizers : [...finalizers, NAMESPACE_FINALIZER];
}

function markDeleting(object: Namespace): void {
  object.status = { ...object.status, phase: 'Terminating' };
}

/** The spec holds nothing but finalizers, and these only `finalize` may change. */
function takeSpecFrom(next: Namespace, previous: DeepReadonly<Namespace>): void {
  next.spec = structuredClone(previous.spec) as Namespace['spec'];
}

function takeStatusFrom(next: Namespace, previous: DeepReadonly<Namespace>): void {
  if (previous.status === undefined) delete next.status;
  else next.status = structuredClone(previous.status) as NonNullable<Namespace['status']>;
}
