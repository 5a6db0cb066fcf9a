/**
 * What a kind's type calls required, a client may still leave out: the hooks run before anyone has refused that.
 * These read such a field without trusting its type.
 */

/** Whether a text or a list is absent or empty, which Kubernetes does not tell apart. */
export function isEmpty(value: string | readonly unknown[] | undefined): boolean {
  return value === undefined || value.length === 0;
}

export function listOf<E>(list: readonly E[] | undefined): readonly E[] {
  return list ?? [];
}

/** For writing into the elements, in defaults. */
export function elementsOf<E>(list: E[] | undefined): E[] {
  return list ?? [];
}

/** A field of an object, put there as `empty` if it is absent. */
export function ensure<T extends object, K extends keyof T>(object: T, field: K, empty: NonNullable<T[K]>): NonNullable<T[K]> {
  const existing = object[field] as T[K] | undefined;
  if (existing !== undefined && existing !== null) return existing;
  object[field] = empty;
  return empty;
}

/** A copy without some fields. */
export function omit<T extends object, K extends keyof T & string>(object: T, ...fields: readonly K[]): Omit<T, K> {
  const names: readonly string[] = fields;
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as Omit<T, K>;
}

/** The fields that are there. A field that is undefined counts as absent. */
export function presentFields(object: object): string[] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
}
