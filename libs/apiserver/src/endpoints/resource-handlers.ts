import {
  StatusError,
  type Clock,
  type DeleteOptions,
  type GroupVersionKind,
  type KubernetesObject,
  type PatchSchema,
  type Status,
} from '@keelson/apimachinery';
import type { Store } from '@keelson/storage';
import type { AdmissionChain } from '../admission/admission-plugin';
import type { Authorizer } from '../authorization/authorizer';
import { forbidden } from '../filters/with-authorization';
import { headerOf, type ApiRequest, type ApiResponse } from '../http/api-request';
import type { ObjectEncoder } from '../negotiation/object-encoder';
import type { ChangeContext } from '../registry/change-context';
import type { DeleteOutcome } from '../registry/object-registry';
import type { CacheHub } from '../watch-cache/cache-hub';
import type { CachedObject } from '../watch-cache/cached-object';
import type { BodyDecoder, DecodeOptions } from './body-decoder';
import { decodePatched } from './decode-patched';
import { readDeleteOptions } from './delete-options';
import { listObjects, selectObjects } from './list';
import { parseListQuery, parseResourceVersion } from './list-options';
import { applyPatch, parsePatch } from './patch-document';
import { compileSelection, type Selection } from './selection';
import type { ServedResource } from './served-resource';
import { watchObjects } from './watch';
import { changeContextOf, contextOf, decodeOptionsOf, ensureName, MAX_BODY_BYTES, readObject } from './write-request';

/** The served version's own decoding has told the client of every field that it does not know. */
const CONVERTED: DecodeOptions = { fieldValidation: 'Ignore', warn: () => undefined };

/** What a strategic merge patch must know of a kind. */
export type PatchSchemaOf = (kind: GroupVersionKind) => PatchSchema;

export interface ResourceHandlerDeps {
  readonly hub: CacheHub;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly decoder: BodyDecoder;
  readonly admission: AdmissionChain;
  readonly authorizer: Authorizer;
  readonly minRequestTimeoutSeconds: number;
  readonly encoderFor: (request: ApiRequest, served: ServedResource) => ObjectEncoder;
  readonly patchSchemaOf: PatchSchemaOf;
}

/** The verbs of any stored resource and of its subresources that are views of the object itself. */
export class ResourceHandlers {
  readonly #deps: ResourceHandlerDeps;

  constructor(deps: ResourceHandlerDeps) {
    this.#deps = deps;
  }

  async get(request: ApiRequest, served: ServedResource): Promise<ApiResponse> {
    const encoder = this.#deps.encoderFor(request, served);
    const wanted = parseResourceVersion(request.query.get('resourceVersion') ?? '', 'get');
    const { name, namespace } = request.info;
    if (wanted === undefined) return this.#answer(200, await served.registry.get({ namespace, name }), encoder);
    await this.#deps.hub.reached(wanted);
    const object = served.registry.peek({ namespace, name });
    if (object === undefined) throw StatusError.notFound(served.resource, name);
    return this.#answer(200, object, encoder);
  }

  async list(request: ApiRequest, served: ServedResource): Promise<ApiResponse> {
    const encoder = this.#deps.encoderFor(request, served);
    const query = parseListQuery(request.query, 'list');
    const body = await listObjects(this.#deps, served.registry.cache, { query, selection: this.#selection(request, served), encoder });
    return { status: 200, headers: { 'content-type': encoder.contentType }, body };
  }

  async watch(request: ApiRequest, served: ServedResource): Promise<ApiResponse> {
    const encoder = this.#deps.encoderFor(request, served);
    const query = parseListQuery(request.query, 'watch');
    return watchObjects(this.#deps, served.registry.cache, {
      query,
      selection: this.#selection(request, served),
      encoder,
      signal: request.signal,
    });
  }

  async create(request: ApiRequest, served: ServedResource): Promise<ApiResponse> {
    const encoder = this.#deps.encoderFor(request, served);
    const object = this.#toStored(served, await readObject(request, this.#deps.decoder, served.resource));
    return this.#answer(201, await served.registry.create(object, this.#context(request, served)), encoder);
  }

  async update(request: ApiRequest, served: ServedResource): Promise<ApiResponse> {
    const encoder = this.#deps.encoderFor(request, served);
    const body = await readObject(request, this.#deps.decoder, served.resource);
    ensureName(body, request.info.name);
    const fresh = (): KubernetesObject => this.#toStored(served, structuredClone(body));
    const mayCreate = served.registry.kind.rules.allowCreateOnUpdate === true && request.info.subresource === '';
    const { created, object } = await served.registry.update(fresh, this.#context(request, served), {
      ...(mayCreate ? { missing: () => this.#mayCreate(request, fresh) } : {}),
      uid: body.metadata.uid,
    });
    return this.#answer(created ? 201 : 200, object, encoder);
  }

  async patch(request: ApiRequest, served: ServedResource): Promise<ApiResponse> {
    const encoder = this.#deps.encoderFor(request, served);
    const patch = parsePatch(await request.readBody(MAX_BODY_BYTES), headerOf(request, 'content-type'));
    const schema = this.#deps.patchSchemaOf(served.resource);
    const options = decodeOptionsOf(request);
    const update = (current: CachedObject): KubernetesObject => {
      const patched = applyPatch(fromStored(served, current.parse()), patch, schema);
      const object = decodePatched(this.#deps.decoder, patched, { kind: served.resource, patch, options });
      ensureName(object, request.info.name);
      return this.#toStored(served, object);
    };
    const { object } = await served.registry.update(update, this.#context(request, served));
    return this.#answer(200, object, encoder);
  }

  async delete(request: ApiRequest, served: ServedResource): Promise<ApiResponse> {
    const encoder = this.#deps.encoderFor(request, served);
    const options = await readDeleteOptions(request, this.#deps.decoder);
    const context = this.#deleteContext(request, options);
    warnWithoutPolicy(request, served, options);
    const outcome = await served.registry.delete(options, context);
    const isForeground = options.propagationPolicy === 'Foreground' || options.orphanDependents === false;
    const status = outcome.type === 'deleting' && isForeground ? 202 : 200;
    if (outcome.type === 'deleting' || served.registry.kind.returnsDeletedObject) return this.#answer(status, outcome.object, encoder);
    return jsonResponse(200, deletedStatus(served, outcome));
  }

  async deleteCollection(request: ApiRequest, served: ServedResource): Promise<ApiResponse> {
    const encoder = this.#deps.encoderFor(request, served);
    const options = await readDeleteOptions(request, this.#deps.decoder);
    const query = parseListQuery(request.query, 'list');
    const objects = await selectObjects(this.#deps, served.registry.cache, query, this.#selection(request, served));
    const context = this.#deleteContext(request, options);
    for (const { name, namespace } of objects) await deleteIfThere(served, structuredClone(options), { ...context, name, namespace });
    const body = encoder.list(objects, { resourceVersion: String(this.#deps.hub.revision) });
    return { status: 200, headers: { 'content-type': encoder.contentType }, body };
  }

  /** A PUT that creates takes the right to create, too. @throws StatusError Forbidden */
  async #mayCreate({ info, user }: ApiRequest, make: () => KubernetesObject): Promise<KubernetesObject> {
    const attributes = { ...info, verb: 'create' };
    const { reason, verdict } = await this.#deps.authorizer.authorize(user, attributes);
    if (verdict !== 'allow') throw forbidden(user, attributes, reason);
    return make();
  }

  #answer(status: number, object: CachedObject, encoder: ObjectEncoder): ApiResponse {
    return { status, headers: { 'content-type': encoder.contentType }, body: encoder.object(object) };
  }

  /** What a conversion made is as little trusted as a body: its types are checked and its defaults filled in. `object` is given away. */
  #toStored({ conversion, registry }: ServedResource, object: KubernetesObject): KubernetesObject {
    if (conversion === undefined) return object;
    return this.#deps.decoder.decodeValue(conversion.toStored(object), registry.kind.resource, CONVERTED);
  }

  #context(request: ApiRequest, { validation }: ServedResource): ChangeContext {
    return { ...changeContextOf(request, this.#deps.admission), validation };
  }

  #deleteContext(request: ApiRequest, { dryRun = [] }: DeleteOptions): ChangeContext {
    return { ...contextOf(request, this.#deps.admission), dryRun: dryRun.length > 0 };
  }

  #selection({ info, query }: ApiRequest, { fieldLabels, resource }: ServedResource): Selection {
    return compileSelection({
      namespaced: resource.namespaced,
      namespace: info.namespace,
      labelSelector: query.get('labelSelector') ?? '',
      // `/watch/pods/NAME` watches the one object.
      fieldSelector: query.get('fieldSelector') ?? (info.parts[1] === undefined ? '' : `metadata.name=${info.parts[1]}`),
      fieldLabels,
    });
  }
}

function warnWithoutPolicy({ warnings }: ApiRequest, { registry }: ServedResource, options: DeleteOptions): void {
  const { warningWithoutPolicy: warning } = registry.kind.rules;
  if (warning !== undefined && options.orphanDependents === undefined && options.propagationPolicy === undefined) warnings.add(warning);
}

/** One of a collection; that someone else deleted it meanwhile is what was wanted. */
async function deleteIfThere(served: ServedResource, options: DeleteOptions, context: ChangeContext): Promise<void> {
  try {
    await served.registry.delete(options, context);
  } catch (error) {
    if (!StatusError.is(error, 'NotFound')) throw error;
  }
}

const fromStored = ({ conversion }: ServedResource, object: KubernetesObject): KubernetesObject => conversion?.fromStored(object) ?? object;

export function jsonResponse(status: number, value: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(`${JSON.stringify(value)}\n`) };
}

function deletedStatus({ resource }: ServedResource, { object }: DeleteOutcome): Status {
  const details = {
    name: object.name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.resource,
    uid: object.object.metadata.uid,
  };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
