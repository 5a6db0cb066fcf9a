import {
  FieldErrors,
  FieldPath,
  LabelMatcher,
  StatusError,
  type KubernetesObject,
  type LabelSelector,
  type PatchSchema,
} from '@keelson/apimachinery';
import type { VirtualResource } from '../endpoints/api-endpoint';
import type { BodyDecoder } from '../endpoints/body-decoder';
import { decodePatched } from '../endpoints/decode-patched';
import { applyPatch, parsePatch } from '../endpoints/patch-document';
import type { ServedResource } from '../endpoints/served-resource';
import { changeContextOf, decodeOptionsOf, ensureName, MAX_BODY_BYTES, readObject } from '../endpoints/write-request';
import type { AdmissionChain } from '../admission/admission-plugin';
import { scaleColumns, type Scale } from './scale-columns';
import { headerOf, type ApiRequest, type ApiResponse } from '../http/api-request';
import { computedObject } from '../negotiation/computed-object';
import type { EncodedResource } from '../negotiation/encoded-resource';
import type { Encoders } from '../negotiation/encoders';
import { ensureNamespace } from '../registry/before-create';
import type { CachedObject } from '../watch-cache/cached-object';
import { StoredJson } from '../watch-cache/stored-json';

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
const ENCODED: EncodedResource = {
  resource: { ...SCALE, resource: 'scales', namespaced: true },
  listKind: 'ScaleList',
  conversion: undefined,
  columns: scaleColumns,
  storedJson: new StoredJson('autoscaling/v1', SCALE.kind),
};

interface Scalable extends KubernetesObject {
  spec: { replicas?: number; selector?: LabelSelector | Record<string, string> };
  status?: { replicas?: number };
}

export interface ScaleDeps {
  readonly decoder: BodyDecoder;
  readonly admission: AdmissionChain;
  readonly patchSchema: PatchSchema;
  readonly encoders: Encoders;
}

/** `autoscaling/v1` Scale of workloads that keep `spec.replicas` and `status.replicas`: how many there are and shall be. */
export function scaleSubresource(served: ServedResource, deps: ScaleDeps): VirtualResource {
  const answer = (request: ApiRequest, object: CachedObject): ApiResponse => {
    const encoder = deps.encoders.for(request, ENCODED);
    return { status: 200, headers: { 'content-type': encoder.contentType }, body: encoder.object(computedObject(scaleOf(object))) };
  };
  const change = async (request: ApiRequest, next: (scale: Scale) => Scale, uid?: string): Promise<ApiResponse> => {
    const update = (current: CachedObject): KubernetesObject => {
      const scale = next(scaleOf(current));
      ensureNamespace(scale, request.info.namespace);
      return withReplicas(current.parse() as Scalable, scale);
    };
    const { object } = await served.registry.update(update, { ...changeContextOf(request, deps.admission), subresource: '' }, { uid });
    return answer(request, object);
  };
  return {
    get: async (request) => answer(request, await served.registry.get(request.info)),
    update: async (request) => {
      const scale = (await readObject(request, deps.decoder, SCALE)) as Scale;
      ensureName(scale, request.info.name);
      return change(request, () => scale, scale.metadata.uid);
    },
    patch: async (request) => {
      const patch = parsePatch(await request.readBody(MAX_BODY_BYTES), headerOf(request, 'content-type'));
      const options = decodeOptionsOf(request);
      return change(request, (scale) =>
        decodePatched(deps.decoder, applyPatch(scale, patch, deps.patchSchema), { kind: SCALE, patch, options }),
      );
    },
  };
}

function scaleOf(cached: CachedObject): Scale {
  const { metadata, spec, status } = cached.parse() as Scalable;
  const { creationTimestamp, name, namespace, resourceVersion, uid } = metadata;
  const selector = selectorText(spec.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas ?? 0 },
    status: { replicas: status?.replicas ?? 0, ...(selector === '' ? {} : { selector }) },
  };
}

/** A replication controller's selector is a plain map; all others have label selectors. */
function selectorText(selector: Scalable['spec']['selector']): string {
  if (selector === undefined) return '';
  const isLabelSelector = 'matchLabels' in selector || 'matchExpressions' in selector;
  return LabelMatcher.of(isLabelSelector ? selector : { matchLabels: selector as Record<string, string> }).toString();
}

/** @throws StatusError Invalid for a negative number, Conflict through the resource version that it carries over */
function withReplicas(object: Scalable, { metadata, spec }: Scale): KubernetesObject {
  const replicas = spec?.replicas ?? 0;
  if (replicas < 0) {
    const errors = new FieldErrors();
    errors.invalid(FieldPath.of('spec', 'replicas'), replicas, 'must be greater than or equal to 0');
    throw StatusError.invalid(SCALE, object.metadata.name, errors);
  }
  const wanted = metadata.resourceVersion as string | undefined;
  return {
    ...object,
    metadata: { ...object.metadata, ...(wanted === undefined || wanted === '' ? {} : { resourceVersion: wanted }) },
    spec: { ...object.spec, replicas },
  } as KubernetesObject;
}
