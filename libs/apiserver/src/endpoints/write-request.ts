import { StatusError, type GroupVersionKind, type KubernetesObject } from '@keelson/apimachinery';
import type { AdmissionChain } from '../admission/admission-plugin';
import { headerOf, type ApiRequest } from '../http/api-request';
import type { ChangeContext } from '../registry/change-context';
import type { BodyDecoder, DecodeOptions } from './body-decoder';
import { readWriteOptions } from './write-options';

/** As upstream's limit on request bodies. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** How the body is to be read. @throws StatusError Invalid (422) for options that are none */
export function decodeOptionsOf(request: ApiRequest): DecodeOptions {
  return {
    fieldValidation: readWriteOptions(request).fieldValidation,
    warn: (sentence) => request.warnings.add(sentence),
  };
}

/** @throws StatusError Invalid (422) for options that are none */
export function changeContextOf(request: ApiRequest, admission: AdmissionChain): ChangeContext {
  return { ...contextOf(request, admission), dryRun: readWriteOptions(request).dryRun };
}

/** As {@link changeContextOf}, without the options, which a delete has elsewhere. */
export function contextOf({ info, user, warnings }: ApiRequest, admission: AdmissionChain): Omit<ChangeContext, 'dryRun'> {
  const { name, namespace, subresource } = info;
  return { user, warnings, admission, namespace, name, subresource };
}

/** The request's body as an object of `expected`. @throws StatusError RequestEntityTooLarge, BadRequest, UnsupportedMediaType */
export async function readObject(request: ApiRequest, decoder: BodyDecoder, expected: GroupVersionKind): Promise<KubernetesObject> {
  const body = await request.readBody(MAX_BODY_BYTES);
  return decoder.decode(body, headerOf(request, 'content-type'), expected, decodeOptionsOf(request));
}

/** PUT and PATCH: the object's own name must be the URL's. @throws StatusError BadRequest, also if it has none */
export function ensureName({ metadata }: KubernetesObject, requested: string): void {
  const name = metadata.name as string | undefined;
  if (name === undefined || name === '')
    throw StatusError.badRequest(`the name of the object (${requested} based on URL) was undeterminable: name must be provided`);
  if (name !== requested)
    throw StatusError.badRequest(`the name of the object (${name}) does not match the name on the URL (${requested})`);
}
