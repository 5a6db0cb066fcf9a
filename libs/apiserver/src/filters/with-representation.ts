import { promisify } from 'node:util';
import { gzip, type InputType } from 'node:zlib';
import { yamlText } from '@keelson/api/server';
import { headerOf, type ApiRequest, type ApiResponse } from '../http/api-request';
import { acceptable } from '../negotiation/accept';
import type { ProtobufBody } from '../negotiation/protobuf-body';
import type { Filter } from './filter';

/** As upstream's: smaller bodies are not worth the time. */
const GZIP_THRESHOLD_BYTES = 128 * 1024;
const HUMAN_AGENTS = /^(curl|Wget|Mozilla\/5\.0)/;

/** What an Accept header says that wants more than the bytes there are. */
const SPECIAL = /yaml|pretty|protobuf/i;

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const compress = promisify<InputType, object, Buffer>(gzip);

type WholeResponse = Extract<ApiResponse, { body: unknown }>;

/**
 * Handlers answer in JSON; here it becomes YAML or indented where the client wants to read it, protobuf where it prefers that and no encoder
 * has seen to it, and large bodies are compressed for who takes that.
 */
export function withRepresentation(toProtobuf: ProtobufBody): Filter {
  return async (request, next) => {
    const response = await next(request);
    if (!('body' in response)) return response;
    const represented = isJson(response) ? represent(request, response, toProtobuf) : response;
    return isCompressible(request, represented) ? compressed(represented) : represented;
  };
}

const isJson = ({ headers }: WholeResponse): boolean => headers?.['content-type'] === 'application/json';

function represent(request: ApiRequest, response: WholeResponse, toProtobuf: ProtobufBody): WholeResponse {
  const accept = headerOf(request, 'accept') ?? '';
  const wanted = SPECIAL.test(accept) ? acceptable(accept) : undefined;
  if (wanted?.mediaType === 'application/yaml') {
    const headers = { ...response.headers, 'content-type': 'application/yaml' };
    return { ...response, headers, body: Buffer.from(yamlText(parsed(response))) };
  }
  // Metadata alone and tables are forms of objects, which these bodies are not.
  if (wanted?.mediaType === PROTOBUF && wanted.as === 'object') {
    const body = toProtobuf(parsed(response));
    return body === undefined ? response : { ...response, headers: { ...response.headers, 'content-type': PROTOBUF }, body };
  }
  return isForHumans(request) || wanted?.isPretty === true
    ? { ...response, body: Buffer.from(JSON.stringify(parsed(response), undefined, 2)) }
    : response;
}

function isForHumans(request: ApiRequest): boolean {
  const pretty = request.query.get('pretty') ?? '';
  if (pretty !== '') return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(pretty);
  return HUMAN_AGENTS.test(headerOf(request, 'user-agent') ?? '');
}

const parsed = (response: WholeResponse): unknown => JSON.parse(bytesOf(response).toString('utf8'));

function bytesOf({ body }: WholeResponse): Buffer {
  return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.length) : Buffer.concat(body);
}

function isCompressible(request: ApiRequest, { body, headers }: WholeResponse): boolean {
  const size = body instanceof Uint8Array ? body.length : body.reduce((sum, { length }) => sum + length, 0);
  if (size <= GZIP_THRESHOLD_BYTES || headers?.['content-encoding'] !== undefined) return false;
  const codings = (headerOf(request, 'accept-encoding') ?? '').split(',').map((coding) => coding.trim());
  return request.method === 'GET' && codings.includes('gzip');
}

async function compressed(response: WholeResponse): Promise<WholeResponse> {
  const body = await compress(bytesOf(response), { level: 1 });
  return { ...response, headers: { ...response.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, body };
}
