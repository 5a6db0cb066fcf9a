import type { GroupVersionKind, KubernetesObject } from '@keelson/apimachinery';
import type { ApiRequest } from '../http/api-request';
import type { BodyDecoder } from '../endpoints/body-decoder';
import { readObject } from '../endpoints/write-request';

/** The body of a POST whose kind is not stored and has no metadata to speak of; absent metadata is filled in so that all code may rely on it. */
export async function readUnstored<T extends { metadata?: unknown }>(
  request: ApiRequest,
  decoder: BodyDecoder,
  kind: GroupVersionKind,
): Promise<T & { metadata: KubernetesObject['metadata'] }> {
  const body = (await readObject(request, decoder, kind)) as Partial<KubernetesObject>;
  // The type is what the decoder made sure of.
  return { ...body, metadata: body.metadata ?? {} } as unknown as T & { metadata: KubernetesObject['metadata'] };
}
