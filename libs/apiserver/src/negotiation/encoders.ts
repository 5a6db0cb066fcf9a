import { apiVersionOf, StatusError, type Clock } from '@keelson/apimachinery';
import type { ServedResource } from '../endpoints/served-resource';
import { headerOf } from '../endpoints/write-request';
import type { ApiRequest } from '../http/api-request';
import { negotiate, type Negotiated } from './accept';
import { DerivedEncoder, metadataEncoder } from './derived-encoder';
import { JsonEncoder } from './json-encoder';
import type { ObjectEncoder } from './object-encoder';
import { DEFAULT_COLUMNS, TableEncoder, type IncludeObject } from './table-encoder';

/** Chooses how a request's objects are encoded; encoders are made once for each resource and form, and shared. */
export class Encoders {
  readonly #clock: Clock;
  readonly #byResource = new WeakMap<ServedResource, Map<string, ObjectEncoder>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws StatusError NotAcceptable (406), BadRequest for a malformed `includeObject` */
  for(request: ApiRequest, served: ServedResource): ObjectEncoder {
    const negotiated = negotiate(headerOf(request, 'accept'));
    const includeObject = negotiated.as === 'Table' ? includeObjectOf(request) : 'None';
    const key = `${negotiated.mediaType} ${negotiated.as} ${negotiated.metaVersion} ${includeObject}`;
    let encoders = this.#byResource.get(served);
    if (encoders === undefined) this.#byResource.set(served, (encoders = new Map()));
    let encoder = encoders.get(key);
    if (encoder === undefined) encoders.set(key, (encoder = this.#make(negotiated, includeObject, served)));
    return encoder;
  }

  #make(
    { as, metaVersion }: Negotiated,
    includeObject: IncludeObject,
    { conversion, listKind, registry, resource }: ServedResource,
  ): ObjectEncoder {
    const { kind } = registry;
    if (as === 'Table')
      return new TableEncoder({ columns: kind.rules.columns ?? DEFAULT_COLUMNS, metaVersion, includeObject, clock: this.#clock });
    if (as === 'PartialObjectMetadata') return metadataEncoder(metaVersion);
    const identity = { apiVersion: apiVersionOf(resource), kind: resource.kind, listKind };
    if (conversion === undefined) return new JsonEncoder({ ...identity, storedJson: registry.cache.resource.storedJson });
    return new DerivedEncoder({ ...identity, id: `version/${identity.apiVersion}`, derive: (object) => conversion.fromStored(object) });
  }
}

function includeObjectOf({ query }: ApiRequest): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '' || value === 'Metadata') return 'Metadata';
  if (value === 'None' || value === 'Object') return value;
  throw StatusError.badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
}
