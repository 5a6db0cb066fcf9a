import type { DeepReadonly, EndpointSlice } from '@keelson/api';
import type { ObjectKey } from '@keelson/apimachinery';

/** The slices this controller wrote, per service, so that it never plans on a cache that has not seen its last plan (upstream's EndpointSliceTracker). */
export class UnseenWrites {
  /** The generation written, or `deleted`, by slice uid. */
  readonly #written = new Map<ObjectKey, Map<string, number | 'deleted'>>();

  wrote(key: ObjectKey, { metadata }: DeepReadonly<EndpointSlice>): void {
    this.#of(key).set(metadata.uid, metadata.generation ?? 0);
  }

  deleted(key: ObjectKey, { metadata }: DeepReadonly<EndpointSlice>): void {
    this.#of(key).set(metadata.uid, 'deleted');
  }

  /** A slice that someone took away is not waited for. */
  gone(key: ObjectKey, { metadata }: DeepReadonly<EndpointSlice>): void {
    this.#written.get(key)?.delete(metadata.uid);
  }

  /** Whether `slices`, the cache's, lack something that was written. */
  areMissingIn(slices: readonly DeepReadonly<EndpointSlice>[], key: ObjectKey): boolean {
    const generations = new Map(slices.map(({ metadata }) => [metadata.uid, metadata.generation ?? 0]));
    return [...(this.#written.get(key) ?? [])].some(([uid, written]) => {
      const cached = generations.get(uid);
      return written === 'deleted' ? cached !== undefined : cached === undefined || cached < written;
    });
  }

  forget(key: ObjectKey): void {
    this.#written.delete(key);
  }

  #of(key: ObjectKey): Map<string, number | 'deleted'> {
    const written = this.#written.get(key) ?? new Map<string, number | 'deleted'>();
    this.#written.set(key, written);
    return written;
  }
}
