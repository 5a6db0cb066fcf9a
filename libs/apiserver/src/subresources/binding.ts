import { FieldErrors, FieldPath, formatTime, setCondition, StatusError, type Clock, type KubernetesObject } from '@keelson/apimachinery';
import type { Binding, Pod } from '@keelson/api';
import type { AdmissionChain } from '../admission/admission-plugin';
import type { VirtualResource } from '../endpoints/api-endpoint';
import type { BodyDecoder } from '../endpoints/body-decoder';
import { jsonResponse } from '../endpoints/resource-handlers';
import { changeContextOf } from '../endpoints/write-request';
import type { ApiRequest } from '../http/api-request';
import { ensureNamespace } from '../registry/before-create';
import type { ObjectRegistry } from '../registry/object-registry';
import { readUnstored } from './create-body';

const BINDING = { group: '', version: 'v1', kind: 'Binding' };
const CREATED = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

export interface BindingDeps {
  readonly decoder: BodyDecoder;
  readonly admission: AdmissionChain;
  readonly clock: Clock;
  /** The registry of pods whose `update` may set `spec.nodeName`. */
  readonly pods: ObjectRegistry;
}

/** `pods/binding`: how a scheduler puts a pod on a node. Binds once; a second binding is a conflict. */
export function bindingSubresource(deps: BindingDeps): VirtualResource {
  return {
    create: async (request: ApiRequest) => {
      const binding = await readUnstored<Binding>(request, deps.decoder, BINDING);
      const name = request.info.subresource === '' ? binding.metadata.name : request.info.name;
      validate(binding, name);
      const context = { ...changeContextOf(request, deps.admission), name, subresource: 'binding', isServersOwn: true };
      ensureNamespace(binding, request.info.namespace);
      const { uid } = binding.metadata;
      await deps.pods.update((current) => bind(current.parse() as Pod, binding, deps.clock.now()), context, { uid });
      return jsonResponse(201, CREATED);
    },
  };
}

/** Upstream gives no reason with what is wrong with a target, and so it is 500. */
function validate({ metadata, target }: Binding, name: string): void {
  if (metadata.name !== name) throw StatusError.badRequest('name in URL does not match name in Binding object');
  const errors = new FieldErrors();
  if (target.kind !== undefined && target.kind !== '' && target.kind !== 'Node')
    errors.notSupported(FieldPath.of('target', 'kind'), target.kind, ['Node', '<empty>']);
  if ((target.name ?? '') === '') errors.required(FieldPath.of('target', 'name'));
  const sentences = errors.all.map(({ field, message }) => `${field}: ${message}`);
  if (sentences.length > 0)
    throw new StatusError({ message: sentences.length === 1 ? (sentences[0] ?? '') : `[${sentences.join(', ')}]`, code: 500 });
}

/** @throws StatusError Conflict if the pod is bound, is being deleted, or is held by scheduling gates */
function bind(pod: Pod, { metadata, target }: Binding, now: number): KubernetesObject {
  const conflict = (why: string): StatusError => StatusError.conflict({ group: '', resource: 'pods/binding' }, pod.metadata.name, why);
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict(`pod ${pod.metadata.name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? '') !== '')
    throw conflict(`pod ${pod.metadata.name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if ((pod.spec.schedulingGates ?? []).length > 0) throw conflict(`pod ${pod.metadata.name} has non-empty .spec.schedulingGates`);
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: formatTime(now) };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...pod.metadata.annotations, ...metadata.annotations },
      labels: { ...pod.metadata.labels, ...metadata.labels },
    },
    spec: { ...pod.spec, nodeName: target.name ?? '' },
    status: { ...pod.status, conditions: setCondition(pod.status?.conditions, scheduled) },
  } as KubernetesObject;
}
