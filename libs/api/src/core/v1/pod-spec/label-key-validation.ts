import { addProblems, qualifiedName, type DeepReadonly, type FieldErrors, type FieldPath, type LabelSelector } from '@keelson/apimachinery';
import { listOf } from '../../../presence';

interface LabelKeys {
  readonly labelSelector?: DeepReadonly<LabelSelector>;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

/**
 * Keys whose values a term takes from the pod's own labels (KEP-3633, KEP-3243). They go into the term's selector when the pod is
 * created, so that there a key may stand once more, as an expression, but not both as a label and as an expression.
 */
export function validateLabelKeys(keys: LabelKeys, path: FieldPath, errors: FieldErrors): void {
  const { labelSelector, matchLabelKeys, mismatchLabelKeys } = keys;
  for (const field of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
    const list = listOf(keys[field]);
    if (list.length > 0 && labelSelector === undefined)
      errors.forbidden(path.child(field), 'must not be specified when labelSelector is not set');
    list.forEach((key, position) => addProblems(qualifiedName(key), key, path.child(field).index(position), errors));
  }
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of listOf(labelSelector?.matchExpressions)) {
    const position = listOf(matchLabelKeys).indexOf(key);
    // Upstream's path leaves out the field here.
    if (position >= 0 && seen.has(key)) errors.invalid(path.index(position), key, 'exists in both matchLabelKeys and labelSelector');
    seen.add(key);
  }
  listOf(matchLabelKeys).forEach((key, position) => {
    if (mismatchLabelKeys?.includes(key) === true)
      errors.invalid(path.child('matchLabelKeys').index(position), key, 'exists in both matchLabelKeys and mismatchLabelKeys');
  });
}
