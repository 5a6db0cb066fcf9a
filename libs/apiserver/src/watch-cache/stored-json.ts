import type { Revision } from '@keelson/storage';

const METADATA = Buffer.from('"metadata":{');
const EMPTY_OBJECT_END = '}'.charCodeAt(0);
const OPENING_BRACE = '{'.charCodeAt(0);

/**
 * The two cuts that the byte path lives on. An object is stored as `{"kind":K,"apiVersion":V,"metadata":{...},...}` in just that order,
 * and without a resource version, which only the write that stores it can know.
 */
export class StoredJson {
  readonly #prefix: Buffer;
  readonly #marker: Buffer;

  constructor(apiVersion: string, kind: string) {
    this.#prefix = Buffer.from(`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`);
    this.#marker = Buffer.concat([this.#prefix, METADATA]);
  }

  /** Whether `value` has the form above, so that it can be served without being parsed. */
  fits(value: Uint8Array): boolean {
    return value.length > this.#marker.length && this.#marker.equals(value.subarray(0, this.#marker.length));
  }

  /** `value` with `"resourceVersion":"N"` in its metadata; for a value that {@link fits}. One copy. */
  withRevision(value: Uint8Array, revision: Revision): Buffer {
    const at = this.#marker.length;
    const inserted = this.#revisionField(value, revision);
    // Not from Node's pool: a small object that lives long would keep the whole slab that it was cut from.
    const result = Buffer.allocUnsafeSlow(value.length + inserted.length);
    result.set(value.subarray(0, at), 0);
    result.write(inserted, at, 'latin1');
    result.set(value.subarray(at), at + inserted.length);
    return result;
  }

  /** Whether `current` is `value` with its revision; without making that. */
  isSame(value: Buffer, { json, revision }: { readonly json: Buffer; readonly revision: Revision }): boolean {
    const at = this.#marker.length;
    const { length } = this.#revisionField(value, revision);
    return json.length === value.length + length && json.compare(value, at, value.length, at + length) === 0;
  }

  #revisionField(value: Uint8Array, revision: Revision): string {
    return `"resourceVersion":"${revision}${value[this.#marker.length] === EMPTY_OBJECT_END ? '"' : '",'}`;
  }

  /** How much shorter an object is as an item of a list: an item's length is `json.length - itemOffset`. */
  get itemOffset(): number {
    return this.#prefix.length - 1;
  }

  /** Writes `json` into `target` as an item of a list, which has no kind of its own. @returns the position behind it */
  writeListItem(json: Buffer, target: Buffer, position: number): number {
    target[position] = OPENING_BRACE;
    json.copy(target, position + 1, this.#prefix.length);
    return position + json.length - this.itemOffset;
  }
}
