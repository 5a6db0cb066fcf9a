import type { Secret } from '../../../generated/core/v1';

/** `stringData` is for writing only: its values, encoded, take the place of those of `data`. */
export function defaultSecret(secret: Secret): void {
  if (secret.type === undefined || secret.type === '') secret.type = 'Opaque';
  if (secret.stringData === undefined) return;
  const encoded = Object.entries(secret.stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')] as const);
  secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
  delete secret.stringData;
}
