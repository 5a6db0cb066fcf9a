import {
  addProblems,
  NOT_NEGATIVE,
  qualifiedName,
  Quantity,
  QuantityError,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { PodSpec, ResourceRequirements } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import {
  isExtendedResource,
  isHugePages,
  isIntegerResource,
  isNativeResource,
  isStandardContainerResource,
  isStandardResource,
  mayOvercommit,
} from './resource-names';

type Quantities = Readonly<Record<string, string>>;

/** Requests and limits of a container (pkg/apis/core/validation `ValidateResourceRequirements`). */
export function validateResources(resources: DeepReadonly<ResourceRequirements> | undefined, path: FieldPath, errors: FieldErrors): void {
  const { limits = {}, requests = {} } = resources ?? {};
  for (const [name, text] of Object.entries(limits)) {
    validateContainerResourceName(name, path.child('limits').key(name), errors);
    validateAmount(name, text, path.child('limits').key(name), errors);
  }
  for (const [name, text] of Object.entries(requests)) {
    validateContainerResourceName(name, path.child('requests').key(name), errors);
    validateAmount(name, text, path.child('requests').key(name), errors);
    validateAgainstLimit({ name, request: text, limit: limits[name] }, path, errors);
  }
  const names = Object.keys({ ...limits, ...requests });
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    errors.forbidden(path, 'HugePages require cpu or memory');
}

/** Amounts of any resource the API knows, as in a node's capacity. */
export function validateResourceList(list: Quantities | undefined, path: FieldPath, errors: FieldErrors): void {
  for (const [name, text] of Object.entries(list ?? {})) {
    validateResourceName(name, path.key(name), errors);
    validateAmount(name, text, path.key(name), errors);
  }
}

/** @returns whether the name is one of a resource */
export function validateResourceName(name: string, path: FieldPath, errors: FieldErrors): boolean {
  const problems = qualifiedName(name);
  addProblems(problems, name, path, errors);
  if (problems.length > 0) return false;
  if (name.includes('/') || isStandardResource(name)) return true;
  errors.invalid(path, name, 'must be a standard resource type or fully qualified');
  return false;
}

export function validateContainerResourceName(name: string, path: FieldPath, errors: FieldErrors): void {
  validateResourceName(name, path, errors);
  if (!name.includes('/')) {
    if (!isStandardContainerResource(name)) errors.invalid(path, name, 'must be a standard resource for containers');
  } else if (!isNativeResource(name) && !isExtendedResource(name))
    errors.invalid(path, name, "doesn't follow extended resource name standard");
}

/** A quantity that is not negative, and whole where the resource can't be divided. @returns the quantity, if it is one */
export function validateAmount(name: string, text: string, path: FieldPath, errors: FieldErrors): Quantity | undefined {
  const quantity = validateQuantity(text, path, errors);
  if (quantity === undefined) return undefined;
  if (quantity.sign < 0) errors.invalid(path, quantity.toString(), NOT_NEGATIVE);
  if (isIntegerResource(name) && !quantity.isWhole) errors.invalid(path, quantity.toString(), 'must be an integer');
  return quantity;
}

export function validateQuantity(text: string, path: FieldPath, errors: FieldErrors): Quantity | undefined {
  const quantity = tryQuantity(text);
  if (quantity instanceof Quantity) return quantity;
  errors.invalid(path, text, quantity);
  return undefined;
}

/** @returns the quantity, or why it is none */
function tryQuantity(text: string): Quantity | string {
  try {
    return Quantity.parse(text);
  } catch (error) {
    if (error instanceof QuantityError) return error.message;
    throw error;
  }
}

/** Whether all amounts of all containers are quantities, so that they can be added up; those that are none have been named. */
export function parseableAmounts(spec: DeepReadonly<PodSpec>): boolean {
  const parts = [spec, ...listOf(spec.containers), ...listOf(spec.initContainers)];
  return parts
    .flatMap(({ resources }) => [...Object.values(resources?.limits ?? {}), ...Object.values(resources?.requests ?? {})])
    .every((text) => typeof tryQuantity(text) !== 'string');
}

interface RequestAndLimit {
  readonly name: string;
  readonly request: string;
  readonly limit: string | undefined;
}

function validateAgainstLimit({ name, request, limit }: RequestAndLimit, path: FieldPath, errors: FieldErrors): void {
  if (limit === undefined) {
    if (!mayOvercommit(name)) errors.required(path.child('limits'), 'Limit must be set for non overcommitable resources');
    return;
  }
  const [asked, most] = [tryQuantity(request), tryQuantity(limit)];
  if (typeof asked === 'string' || typeof most === 'string') return;
  const requests = path.child('requests');
  if (!mayOvercommit(name) && !asked.equals(most))
    errors.invalid(requests, asked.toString(), `must be equal to ${name} limit of ${most.toString()}`);
  else if (asked.compare(most) > 0)
    errors.invalid(requests, asked.toString(), `must be less than or equal to ${name} limit of ${most.toString()}`);
}
