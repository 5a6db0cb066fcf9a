import { FieldErrors } from '../field-errors';
import { FieldPath } from '../field-path';
import { labelValue, qualifiedName } from '../validation/names';

export type RequirementOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One term of a label selector. */
export interface Requirement {
  readonly key: string;
  readonly operator: RequirementOperator;
  readonly values: readonly string[];
}

/** A label or field selector that can't be read; the message is upstream's. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
  readonly code = 'InvalidSelector';
}

export type Labels = Readonly<Record<string, string>>;

/** @throws SelectorError if key or values break the rules (k8s.io/apimachinery/pkg/labels) */
export function requirement(key: string, operator: RequirementOperator, values: readonly string[]): Requirement {
  const errors = new FieldErrors();
  const keyProblems = qualifiedName(key);
  if (keyProblems.length > 0) errors.invalid(FieldPath.of('key'), key, keyProblems.join('; '));
  validateValues(operator, values, errors);
  values.forEach((value, position) => {
    const problems = labelValue(value);
    if (problems.length > 0) errors.invalid(FieldPath.of('values').index(position).key(key), value, problems.join('; '));
  });
  if (!errors.isEmpty) throw new SelectorError(sentenceOf(errors));
  return { key, operator, values };
}

function validateValues(operator: RequirementOperator, values: readonly string[], errors: FieldErrors): void {
  const path = FieldPath.of('values');
  switch (operator) {
    case 'in':
    case 'notin':
      if (values.length === 0) errors.invalid(path, values, "for 'in', 'notin' operators, values set can't be empty");
      break;
    case 'exists':
    case '!':
      if (values.length > 0) errors.invalid(path, values, 'values set must be empty for exists and does not exist');
      break;
    case 'gt':
    case 'lt':
      if (values.length !== 1) errors.invalid(path, values, "for 'Gt', 'Lt' operators, exactly one value is required");
      values.forEach((value, position) => {
        if (integerOf(value) === undefined)
          errors.invalid(path.index(position), value, "for 'Gt', 'Lt' operators, the value must be an integer");
      });
      break;
    default:
      if (values.length !== 1) errors.invalid(path, values, 'exact-match compatibility requires one single value');
  }
}

/** Several errors as Go's aggregate prints them. */
export function sentenceOf(errors: FieldErrors): string {
  const sentences = errors.all.map(({ field, message }) => `${field}: ${message}`);
  return sentences.length === 1 ? (sentences[0] ?? '') : `[${sentences.join(', ')}]`;
}

export function requirementText({ key, operator, values }: Requirement): string {
  const listed = [...values].sort().join(',');
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${listed})`;
    case 'gt':
      return `${key}>${listed}`;
    case 'lt':
      return `${key}<${listed}`;
    default:
      return `${key}${operator}${listed}`;
  }
}

/** The requirement as a function of an object's labels. */
export function compile({ key, operator, values }: Requirement): (labels: Labels) => boolean {
  const [first = ''] = values;
  const set = new Set(values);
  const has = (labels: Labels): boolean => Object.hasOwn(labels, key);
  switch (operator) {
    case '=':
    case '==':
      return (labels) => has(labels) && labels[key] === first;
    case 'in':
      return (labels) => has(labels) && set.has(labels[key] ?? '');
    case '!=':
      return (labels) => !has(labels) || labels[key] !== first;
    case 'notin':
      return (labels) => !has(labels) || !set.has(labels[key] ?? '');
    case 'exists':
      return has;
    case '!':
      return (labels) => !has(labels);
    case 'gt':
    case 'lt':
      return compileComparison(key, operator, integerOf(first) ?? 0n);
  }
}

function compileComparison(key: string, operator: 'gt' | 'lt', bound: bigint): (labels: Labels) => boolean {
  return (labels) => {
    const value = Object.hasOwn(labels, key) ? integerOf(labels[key] ?? '') : undefined;
    return value !== undefined && (operator === 'gt' ? value > bound : value < bound);
  };
}

const INT64_LIMIT = 2n ** 63n;

/** A decimal number of 64 bits; undefined if `text` is none. */
function integerOf(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return value < INT64_LIMIT && value >= -INT64_LIMIT ? value : undefined;
}
