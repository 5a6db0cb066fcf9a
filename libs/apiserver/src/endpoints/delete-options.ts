import { parseApiVersion, type DeleteOptions } from '@keelson/apimachinery';
import { MEDIA_TYPES, openEnvelope } from '@keelson/api/server';
import type { ApiRequest } from '../http/api-request';
import type { BodyDecoder } from './body-decoder';
import { decodeOptionsOf, headerOf, MAX_BODY_BYTES } from './write-request';

/** How to delete: from the body, else from the query. @throws StatusError BadRequest */
export async function readDeleteOptions(request: ApiRequest, decoder: BodyDecoder): Promise<DeleteOptions> {
  const body = await request.readBody(MAX_BODY_BYTES);
  if (body.length === 0) return fromQuery(request.query);
  const contentType = headerOf(request, 'content-type');
  // Clients write the options in whichever group version they work with; they are the same in all.
  const { group, version } = parseApiVersion(apiVersionIn(body, contentType) ?? 'v1');
  return decoder.decode(body, contentType, { group, version, kind: 'DeleteOptions' }, decodeOptionsOf(request));
}

function apiVersionIn(body: Buffer, contentType: string | undefined): string | undefined {
  try {
    if (contentType?.startsWith(MEDIA_TYPES.protobuf) === true) return openEnvelope(body).apiVersion;
    return (JSON.parse(body.toString('utf8')) as { apiVersion?: string } | null)?.apiVersion;
  } catch {
    // What is wrong with it, decoding will say.
    return undefined;
  }
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const orphan = query.get('orphanDependents');
  return {
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphan === null ? {} : { orphanDependents: orphan === 'true' }),
  };
}
