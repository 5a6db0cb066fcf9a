import type { FieldPath } from './field-path';
import type { StatusCause } from './status';

/** The `reason` of a cause, as `metav1.CauseType` spells it. */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** The whole sentence without the field, such as `Invalid value: -1: must be greater than or equal to 0`. */
  readonly message: string;
}

/**
 * Collects what is wrong with an object; every method adds one error, worded as upstream's `field.Error` words it
 * (k8s.io/apimachinery/pkg/util/validation/field).
 */
export class FieldErrors {
  readonly #errors: FieldError[] = [];

  get all(): readonly FieldError[] {
    return this.#errors;
  }

  get isEmpty(): boolean {
    return this.#errors.length === 0;
  }

  required(path: FieldPath, detail = ''): void {
    this.#add('FieldValueRequired', path, withDetail('Required value', detail));
  }

  invalid(path: FieldPath, value: unknown, detail: string): void {
    this.#add('FieldValueInvalid', path, withDetail(`Invalid value: ${display(value)}`, detail));
  }

  /** For what has no value to show that would say more than its path. */
  invalidWithoutValue(path: FieldPath, detail: string): void {
    this.#add('FieldValueInvalid', path, `Invalid value: ${detail}`);
  }

  typeInvalid(path: FieldPath, value: unknown, detail: string): void {
    this.#add('FieldValueTypeInvalid', path, withDetail(`Invalid value: ${display(value)}`, detail));
  }

  /** Lists `supported` in the order given. */
  notSupported(path: FieldPath, value: unknown, supported: readonly string[]): void {
    const values = supported.map((entry) => JSON.stringify(entry));
    this.#add('FieldValueNotSupported', path, withDetail(`Unsupported value: ${display(value)}`, `supported values: ${values.join(', ')}`));
  }

  duplicate(path: FieldPath, value: unknown, detail = ''): void {
    this.#add('FieldValueDuplicate', path, withDetail(`Duplicate value: ${display(value)}`, detail));
  }

  notFound(path: FieldPath, value: unknown, detail = ''): void {
    this.#add('FieldValueNotFound', path, withDetail(`Not found: ${display(value)}`, detail));
  }

  forbidden(path: FieldPath, detail: string): void {
    this.#add('FieldValueForbidden', path, withDetail('Forbidden', detail));
  }

  tooLong(path: FieldPath, maximum: number): void {
    this.#add('FieldValueTooLong', path, `Too long: may not be more than ${maximum} bytes`);
  }

  tooMany(path: FieldPath, actual: number, maximum: number): void {
    this.#add('FieldValueTooMany', path, `Too many: ${actual}: must have at most ${maximum} item${maximum === 1 ? '' : 's'}`);
  }

  internal(path: FieldPath, detail: string): void {
    this.#add('InternalError', path, withDetail('Internal error', detail));
  }

  /** The causes of a `Status` with reason Invalid. */
  causes(): StatusCause[] {
    return this.#errors.map(({ type, field, message }) => ({ reason: type, message, field }));
  }

  #add(type: FieldErrorType, path: FieldPath, message: string): void {
    this.#errors.push({ type, field: path.toString() || '<nil>', message });
  }
}

const withDetail = (message: string, detail: string): string => (detail === '' ? message : `${message}: ${detail}`);

/** As Go's `%#v`-based printing shows a value in upstream's messages: strings quoted, null as `null`, objects as JSON. */
function display(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return JSON.stringify(value);
}
