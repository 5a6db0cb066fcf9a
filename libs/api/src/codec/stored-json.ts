import { apiVersionOf, type DeepReadonly, type GroupVersionKind, type KubernetesObject } from '@keelson/apimachinery';

/**
 * The JSON form of a stored object, which is also what GET, LIST and WATCH send: `{"kind":K,"apiVersion":V,"metadata":{...},...}` in that
 * order and without spaces, as Go's encoder writes it. `metadata` leaves out `resourceVersion`, for the store knows it best; it is put
 * in by {@link withResourceVersion}, and a list item is the object behind its {@link identityPrefix}.
 */
export function encodeStored(object: DeepReadonly<KubernetesObject>): Buffer {
  const { kind, apiVersion, metadata, ...rest } = object;
  return Buffer.from(JSON.stringify({ kind, apiVersion, metadata: { ...metadata, resourceVersion: undefined }, ...rest }));
}

/** What the stored JSON of a kind begins with, up to the first field of `metadata`. */
export function metadataPrefix(kind: GroupVersionKind): Buffer {
  return Buffer.from(`${identityText(kind)}"metadata":{`);
}

/** What a list item leaves out of the stored JSON: `{"kind":K,"apiVersion":V,`. In its place stands `{`. */
export function identityPrefix(kind: GroupVersionKind): Buffer {
  return Buffer.from(identityText(kind));
}

/** The resource version as it goes behind {@link metadataPrefix}. A stored object always has a name, so a comma always follows. */
export function resourceVersionField(resourceVersion: string): Buffer {
  return Buffer.from(`"resourceVersion":"${resourceVersion}",`);
}

/** A stored object with its resource version, whole. */
export function withResourceVersion(stored: Uint8Array, kind: GroupVersionKind, resourceVersion: string): Buffer {
  const { length } = metadataPrefix(kind);
  return Buffer.concat([stored.subarray(0, length), resourceVersionField(resourceVersion), stored.subarray(length)]);
}

/** A list of stored objects, each with its resource version: a header and a join of buffers. */
export function encodeList(kind: GroupVersionKind, metadata: Readonly<Record<string, unknown>>, items: readonly ListItem[]): Buffer {
  const header = `{"kind":${JSON.stringify(`${kind.kind}List`)},"apiVersion":${JSON.stringify(apiVersionOf(kind))},"metadata":${JSON.stringify(metadata)},"items":[`;
  const identity = identityPrefix(kind).length;
  const fields = metadataPrefix(kind).length;
  const parts: Uint8Array[] = [Buffer.from(header)];
  for (const { stored, resourceVersion } of items)
    parts.push(
      parts.length === 1 ? OPEN : NEXT,
      stored.subarray(identity, fields),
      resourceVersionField(resourceVersion),
      stored.subarray(fields),
    );
  parts.push(Buffer.from(']}'));
  return Buffer.concat(parts);
}

export interface ListItem {
  readonly stored: Uint8Array;
  readonly resourceVersion: string;
}

const OPEN = Buffer.from('{');
const NEXT = Buffer.from(',{');

const identityText = (kind: GroupVersionKind): string =>
  `{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(apiVersionOf(kind))},`;
