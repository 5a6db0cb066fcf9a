import type { DeepReadonly } from '../deep-readonly';
import type { FieldErrors } from '../field-errors';
import type { FieldPath } from '../field-path';
import type { LabelSelector, LabelSelectorRequirement } from '../object-meta';
import { labelValue, qualifiedName, type Problems } from './names';

type Texts = Readonly<Record<string, string>>;

/** As upstream's `TotalAnnotationSizeLimitB`: keys and values together. */
const MAX_ANNOTATION_BYTES = 256 * 1024;

/** Adds each of `problems` as an Invalid of `value`. */
export function addProblems(problems: Problems, value: unknown, path: FieldPath, errors: FieldErrors): void {
  for (const problem of problems) errors.invalid(path, value, problem);
}

export function validateLabels(labels: Texts | undefined, path: FieldPath, errors: FieldErrors): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    addProblems(qualifiedName(key), key, path, errors);
    addProblems(labelValue(value), value, path, errors);
  }
}

export function validateAnnotations(annotations: Texts | undefined, path: FieldPath, errors: FieldErrors): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    addProblems(qualifiedName(key.toLowerCase()), key, path, errors);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATION_BYTES) errors.tooLong(path, MAX_ANNOTATION_BYTES);
}

export function validateLabelSelector(selector: DeepReadonly<LabelSelector> | undefined, path: FieldPath, errors: FieldErrors): void {
  validateLabels(selector?.matchLabels, path.child('matchLabels'), errors);
  selector?.matchExpressions?.forEach((expression, position) =>
    validateExpression(expression, path.child('matchExpressions').index(position), errors),
  );
}

function validateExpression(
  { key, operator, values = [] }: DeepReadonly<LabelSelectorRequirement>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) errors.forbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else errors.invalid(path.child('operator'), operator, 'not a valid selector operator');
  addProblems(qualifiedName(key), key, path.child('key'), errors);
  values.forEach((value, position) => addProblems(labelValue(value), value, path.child('values').index(position), errors));
}
