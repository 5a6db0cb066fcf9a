import { addProblems, qualifiedName, Quantity, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { LimitRange, LimitRangeItem } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { mayOvercommit } from '../pod-spec/resource-names';
import { validateContainerResourceName, validateQuantity, validateResourceName } from '../pod-spec/resource-validation';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
type List = (typeof LISTS)[number];
type Item = DeepReadonly<LimitRangeItem>;
type Amounts = Readonly<Partial<Record<List, Quantity>>>;

export function validateLimitRange({ spec }: DeepReadonly<LimitRange>, path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  listOf(spec.limits).forEach((item, position) => {
    const at = path.child('spec', 'limits').index(position);
    validateType(item.type, at.child('type'), errors);
    if (seen.has(item.type)) errors.duplicate(at.child('type'), item.type);
    seen.add(item.type);
    validateItem(item, at, errors);
  });
}

function validateType(type: string, path: FieldPath, errors: FieldErrors): void {
  const problems = qualifiedName(type);
  addProblems(problems, type, path, errors);
  if (problems.length === 0 && !type.includes('/') && !TYPES.includes(type))
    errors.invalid(path, type, 'must be a standard limit type or fully qualified');
}

function validateItem(item: Item, path: FieldPath, errors: FieldErrors): void {
  const isPod = item.type === 'Pod';
  const amounts = new Map<string, Partial<Record<List, Quantity>>>();
  for (const list of LISTS) {
    const entries = Object.entries(item[list] ?? {});
    if (isPod && (list === 'default' || list === 'defaultRequest')) {
      if (entries.length > 0) errors.forbidden(path.child(list), "may not be specified when `type` is 'Pod'");
      continue;
    }
    for (const [name, text] of entries) {
      const at = path.child(list).key(name);
      if (isPod || item.type === 'Container') validateContainerResourceName(name, at, errors);
      else validateResourceName(name, at, errors);
      const quantity = validateQuantity(text, at, errors);
      if (quantity !== undefined) amounts.set(name, { ...amounts.get(name), [list]: quantity });
    }
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.['storage'] === undefined && item.max?.['storage'] === undefined)
    errors.required(path.child('limits'), 'either minimum or maximum storage value is required, but neither was provided');
  for (const [name, each] of amounts) validateAmounts(name, each, path, errors);
}

interface Order {
  readonly low: List;
  readonly high: List;
  /** Which of the two is reported. */
  readonly at: List;
  readonly names: readonly [string, string];
}

/** Pairs of which the first may not be above the second, as upstream words them. */
const ORDERS: readonly Order[] = [
  { low: 'min', high: 'max', at: 'min', names: ['min value', 'max value'] },
  { low: 'min', high: 'defaultRequest', at: 'defaultRequest', names: ['min value', 'default request value'] },
  { low: 'defaultRequest', high: 'max', at: 'defaultRequest', names: ['default request value', 'max value'] },
  { low: 'defaultRequest', high: 'default', at: 'defaultRequest', names: ['default request value', 'default limit value'] },
  { low: 'min', high: 'default', at: 'default', names: ['min value', 'default value'] },
  { low: 'default', high: 'max', at: 'default', names: ['default value', 'max value'] },
];

function validateAmounts(name: string, amounts: Amounts, path: FieldPath, errors: FieldErrors): void {
  for (const { low, high, at, names } of ORDERS) {
    const [lower, upper] = [amounts[low], amounts[high]];
    if (lower === undefined || upper === undefined || lower.compare(upper) <= 0) continue;
    const reported = amounts[at] ?? lower;
    errors.invalid(path.child(at).key(name), reported, `${names[0]} ${lower.toString()} is greater than ${names[1]} ${upper.toString()}`);
  }
  validateRatio(amounts, path.child('maxLimitRequestRatio').key(name), errors);
  const { default: limit, defaultRequest: request } = amounts;
  if (!mayOvercommit(name) && limit !== undefined && request !== undefined && !limit.equals(request))
    errors.invalid(
      path.child('defaultRequest').key(name),
      request,
      `default value ${limit.toString()} must equal to defaultRequest value ${request.toString()} in ${name}`,
    );
}

function validateRatio({ maxLimitRequestRatio: ratio, min, max }: Amounts, path: FieldPath, errors: FieldErrors): void {
  if (ratio === undefined) return;
  if (ratio.compare(Quantity.of(1)) < 0) errors.invalid(path, ratio, `ratio ${ratio.toString()} is less than 1`);
  if (min === undefined || max === undefined) return;
  const most = max.toNumber() / min.toNumber();
  if (ratio.toNumber() > most) errors.invalid(path, ratio, `ratio ${ratio.toString()} is greater than max/min = ${most.toFixed(6)}`);
}
