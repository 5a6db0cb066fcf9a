import { FieldErrors, FieldPath, StatusError, validateFieldManager, type DeleteOptions } from '@keelson/apimachinery';
import type { ApiRequest } from '../http/api-request';
import type { FieldValidation } from './body-decoder';

/** What a writing request's query says beside what it writes; `metav1.CreateOptions`, `UpdateOptions` and `PatchOptions`. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
}

const KINDS: Readonly<Record<string, string>> = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions' };
const FIELD_VALIDATIONS: readonly string[] = ['', 'Ignore', 'Strict', 'Warn'];
const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan'];

/** Reads the query of a create, an update or a patch. @throws StatusError Invalid (422), of the options' own kind */
export function readWriteOptions({ info, query }: Pick<ApiRequest, 'info' | 'query'>): WriteOptions {
  const dryRun = query.getAll('dryRun');
  const fieldValidation = query.get('fieldValidation') ?? '';
  const errors = new FieldErrors();
  if (info.verb === 'patch' && query.has('force')) errors.forbidden(FieldPath.of('force'), 'may not be specified for non-apply patch');
  validateFieldManager(query.get('fieldManager') ?? '', FieldPath.of('fieldManager'), errors);
  validateDryRun(dryRun, errors);
  if (!FIELD_VALIDATIONS.includes(fieldValidation))
    errors.notSupported(FieldPath.of('fieldValidation'), fieldValidation, FIELD_VALIDATIONS);
  refuse(KINDS[info.verb] ?? 'UpdateOptions', errors);
  return { dryRun: dryRun.length > 0, fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation) };
}

/** @throws StatusError Invalid (422) for a policy that is none, or is given twice over */
export function validateDeleteOptions({ dryRun = [], orphanDependents, propagationPolicy }: DeleteOptions): void {
  const errors = new FieldErrors();
  const path = FieldPath.of('propagationPolicy');
  if (orphanDependents !== undefined && propagationPolicy !== undefined)
    errors.invalid(path, propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set');
  if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy))
    errors.notSupported(path, propagationPolicy, [...POLICIES, 'nil']);
  validateDryRun(dryRun, errors);
  refuse('DeleteOptions', errors);
}

function validateDryRun(values: readonly string[], errors: FieldErrors): void {
  if (values.some((value) => value !== 'All')) errors.notSupported(FieldPath.of('dryRun'), values, ['All']);
}

function refuse(kind: string, errors: FieldErrors): void {
  if (!errors.isEmpty) throw StatusError.invalid({ group: 'meta.k8s.io', kind }, '', errors);
}
