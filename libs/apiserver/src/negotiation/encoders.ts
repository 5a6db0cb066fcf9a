import { apiVersionOf, StatusError, type Clock } from '@keelson/apimachinery';
import type { ProtobufCodec } from '@keelson/api/server';
import { headerOf, type ApiRequest } from '../http/api-request';
import { negotiate, negotiateWatch, type Negotiated } from './accept';
import { DerivedEncoder, metadataEncoder } from './derived-encoder';
import type { EncodedResource } from './encoded-resource';
import { JsonEncoder } from './json-encoder';
import type { ObjectEncoder } from './object-encoder';
import { ProtobufEncoder } from './protobuf-encoder';
import { DEFAULT_COLUMNS, TableEncoder, type IncludeObject } from './table-encoder';

/** Chooses how a request's objects are encoded; encoders are made once for each resource and form, and shared. */
export class Encoders {
  readonly #clock: Clock;
  readonly #protobuf: ProtobufCodec;
  readonly #byResource = new WeakMap<EncodedResource, Map<string, ObjectEncoder>>();

  constructor(clock: Clock, protobuf: ProtobufCodec) {
    this.#clock = clock;
    this.#protobuf = protobuf;
  }

  /** @throws StatusError NotAcceptable (406), BadRequest for a malformed `includeObject` */
  for(request: ApiRequest, served: EncodedResource): ObjectEncoder {
    const accept = headerOf(request, 'accept');
    if (request.info.verb === 'watch') negotiateWatch(accept);
    const negotiated = negotiate(accept, request.info.verb === 'list');
    ensureFits(negotiated, request, served);
    const includeObject = negotiated.as === 'Table' ? includeObjectOf(request) : 'None';
    const key = `${negotiated.mediaType} ${negotiated.as} ${negotiated.metaVersion} ${includeObject}`;
    let encoders = this.#byResource.get(served);
    if (encoders === undefined) this.#byResource.set(served, (encoders = new Map<string, ObjectEncoder>()));
    let encoder = encoders.get(key);
    if (encoder === undefined) encoders.set(key, (encoder = this.#make(negotiated, includeObject, served)));
    return encoder;
  }

  #make({ as, mediaType, metaVersion }: Negotiated, includeObject: IncludeObject, served: EncodedResource): ObjectEncoder {
    const { columns = DEFAULT_COLUMNS, conversion, listKind, resource, storedJson } = served;
    if (as === 'Table')
      return new TableEncoder({
        columns,
        metaVersion,
        includeObject,
        served: `${resource.version}.${resource.group}`,
        derive: (object) => conversion?.fromStored(object) ?? object,
        clock: this.#clock,
      });
    if (mediaType === 'application/vnd.kubernetes.protobuf') return this.#makeProtobuf(as, metaVersion, served);
    if (as !== 'object') return metadataEncoder(metaVersion);
    const identity = { apiVersion: apiVersionOf(resource), kind: resource.kind, listKind };
    if (conversion === undefined) return new JsonEncoder({ ...identity, storedJson });
    return new DerivedEncoder({ ...identity, id: `version/${identity.apiVersion}`, derive: (object) => conversion.fromStored(object) });
  }

  #makeProtobuf(as: Negotiated['as'], metaVersion: Negotiated['metaVersion'], { conversion, resource }: EncodedResource): ObjectEncoder {
    const codec = this.#protobuf;
    if (as === 'object')
      return new ProtobufEncoder({
        codec,
        kind: resource,
        derive: conversion === undefined ? undefined : (object) => conversion.fromStored(object),
      });
    const kind = { group: 'meta.k8s.io', version: metaVersion, kind: 'PartialObjectMetadata' };
    return new ProtobufEncoder({ codec, kind, derive: ({ metadata }) => ({ metadata }) });
  }
}

/** Metadata of a list and metadata of one object are not the same form. @throws StatusError NotAcceptable */
function ensureFits({ as }: Negotiated, { info: { verb } }: ApiRequest, { listKind, resource: { group, kind } }: EncodedResource): void {
  const isList = verb === 'list' || verb === 'deletecollection';
  // Upstream names the type that its server works with inside.
  const type = `*${(group.split('.')[0] ?? '') || 'core'}.${isList ? listKind : kind}`;
  if (as === 'PartialObjectMetadata' && isList)
    throw StatusError.of('NotAcceptable', `you requested PartialObjectMetadata, but the requested object is a list (${type})`);
  if (as === 'PartialObjectMetadataList' && !isList && verb !== 'watch')
    throw StatusError.of('NotAcceptable', `you requested PartialObjectMetadataList, but the requested object is not a list (${type})`);
}

function includeObjectOf({ query }: ApiRequest): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '' || value === 'Metadata') return 'Metadata';
  if (value === 'None' || value === 'Object') return value;
  throw StatusError.badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
}
