/** Held by the namespace controller until the namespace is empty. */
export const NAMESPACE_FINALIZER = 'kubernetes';
