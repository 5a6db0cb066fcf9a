import { parseApiVersion, type DeleteOptions } from '@keelson/apimachinery';
import { MEDIA_TYPES, openEnvelope } from '@keelson/api/server';
import { headerOf, type ApiRequest } from '../http/api-request';
import { isTrue } from '../request/request-info';
import type { BodyDecoder } from './body-decoder';
import { integerOf } from './query-value';
import { validateDeleteOptions } from './write-options';
import { MAX_BODY_BYTES } from './write-request';

/**
 * How to delete: from the body, else from the query. A `dryRun` of the query counts in either case: who asks for one wants nothing gone.
 * @throws StatusError BadRequest for what can't be read, Invalid for what makes no sense
 */
export async function readDeleteOptions(request: ApiRequest, decoder: BodyDecoder): Promise<DeleteOptions> {
  const body = await request.readBody(MAX_BODY_BYTES);
  const stated = body.length === 0 ? fromQuery(request.query) : fromBody(body, request, decoder);
  const dryRun = [...new Set([...request.query.getAll('dryRun'), ...(stated.dryRun ?? [])])];
  const options = { ...stated, ...(dryRun.length === 0 ? {} : { dryRun }) };
  validateDeleteOptions(options);
  return options;
}

function fromBody(body: Buffer, request: ApiRequest, decoder: BodyDecoder): DeleteOptions {
  const contentType = headerOf(request, 'content-type');
  // Clients write the options in whichever group version they work with; they are the same in all.
  const { group, version } = parseApiVersion(apiVersionIn(body, contentType) ?? 'v1');
  const expected = { group, version, kind: 'DeleteOptions' };
  return decoder.decode(body, contentType, expected, { fieldValidation: 'Warn', warn: (sentence) => request.warnings.add(sentence) });
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
  const gracePeriodSeconds = integerOf(query, 'gracePeriodSeconds');
  const propagationPolicy = query.get('propagationPolicy');
  const orphanDependents = query.get('orphanDependents');
  const preconditions = preconditionsIn(query);
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === null ? {} : { propagationPolicy }),
    ...(orphanDependents === null ? {} : { orphanDependents: isTrue(orphanDependents) }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

/** A query names preconditions without saying that they are some. */
function preconditionsIn(query: URLSearchParams): DeleteOptions['preconditions'] {
  const uid = query.get('uid') ?? '';
  const resourceVersion = query.get('resourceVersion') ?? '';
  if (uid === '' && resourceVersion === '') return undefined;
  return { ...(uid === '' ? {} : { uid }), ...(resourceVersion === '' ? {} : { resourceVersion }) };
}
