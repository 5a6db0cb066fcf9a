import { StatusError, type GroupVersionKind, type KubernetesObject } from '@keelson/apimachinery';
import type { AdmissionChain } from '../admission/admission-plugin';
import type { ApiRequest } from '../http/api-request';
import type { ChangeContext } from '../registry/change-context';
import type { BodyDecoder, DecodeOptions, FieldValidation } from './body-decoder';

/** As upstream's limit on request bodies. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

const FIELD_VALIDATIONS: readonly string[] = ['Strict', 'Warn', 'Ignore'];

/** `fieldValidation` of the query; Warn if absent. @throws StatusError BadRequest */
export function decodeOptionsOf(request: ApiRequest): DecodeOptions {
  const text = request.query.get('fieldValidation') ?? '';
  if (text !== '' && !FIELD_VALIDATIONS.includes(text))
    throw StatusError.badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(text)}: supported values: "", "Ignore", "Strict", "Warn"`,
    );
  return {
    fieldValidation: text === '' ? 'Warn' : (text as FieldValidation),
    warn: (sentence) => request.warnings.add(sentence),
  };
}

/** `dryRun` of the query: absent or `All`. @throws StatusError Invalid */
export function isDryRun(values: readonly string[]): boolean {
  const unknown = values.find((value) => value !== 'All' && value !== '');
  if (unknown !== undefined)
    throw StatusError.of('Invalid', `dryRun: Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`);
  return values.includes('All');
}

export function changeContextOf(request: ApiRequest, admission: AdmissionChain): ChangeContext {
  const { name, namespace, subresource } = request.info;
  return {
    user: request.user,
    dryRun: isDryRun(request.query.getAll('dryRun')),
    warnings: request.warnings,
    admission,
    namespace,
    name,
    subresource,
  };
}

/** The request's body as an object of `expected`. @throws StatusError RequestEntityTooLarge, BadRequest, UnsupportedMediaType */
export async function readObject(request: ApiRequest, decoder: BodyDecoder, expected: GroupVersionKind): Promise<KubernetesObject> {
  const body = await request.readBody(MAX_BODY_BYTES);
  return decoder.decode(body, headerOf(request, 'content-type'), expected, decodeOptionsOf(request));
}

export function headerOf({ headers }: Pick<ApiRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** PUT and PATCH: the object's own name must be the URL's. @throws StatusError BadRequest */
export function ensureName(object: KubernetesObject, requested: string): void {
  const name = object.metadata.name as string | undefined;
  if (name === undefined || name === '') object.metadata.name = requested;
  else if (name !== requested)
    throw StatusError.badRequest(`the name of the object (${name}) does not match the name on the URL (${requested})`);
}
