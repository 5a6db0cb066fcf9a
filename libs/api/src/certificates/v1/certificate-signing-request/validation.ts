import { X509Certificate } from 'node:crypto';
import { deepEqual, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { CertificateSigningRequest } from '../../../generated/certificates/v1';
import { isEmpty, listOf } from '../../../presence';
import { conditionsOf, DECISIONS } from './conditions';
import { readPkcs10 } from './pkcs10';
import { validateSignerName } from './signer-name';
import { USAGES } from './usages';

const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_EXPIRATION_SECONDS = 600;
const STATUSES = ['False', 'True', 'Unknown'];
/** Conditions that are there or not, and never false. */
const TRUE_ONLY: readonly string[] = [...DECISIONS, 'Failed'];
const PEM_BLOCK = /-----BEGIN ([^-\n]+)-----([\s\S]*?)-----END \1-----/g;

type Request = DeepReadonly<CertificateSigningRequest>;

/** What a subresource may do that an update of the object may not. */
interface Permissions {
  readonly decide?: true;
  readonly issue?: true;
}

/** @param previous what it has wrong already is taken; undefined for a new one */
function validateRequest(next: Request, previous: Request | undefined, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const { expirationSeconds, request, signerName } = next.spec;
  const problem = requestProblem(request);
  if (problem !== undefined) errors.invalid(at.child('request'), request, problem);
  validateUsages(next, previous, at.child('usages'), errors);
  if (signerName === LEGACY_SIGNER && previous?.spec.signerName !== LEGACY_SIGNER)
    errors.invalid(at.child('signerName'), signerName, 'the legacy signerName is not allowed via this API version');
  else validateSignerName(signerName, at.child('signerName'), errors);
  if (expirationSeconds !== undefined && expirationSeconds < MIN_EXPIRATION_SECONDS)
    errors.invalid(at.child('expirationSeconds'), expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)');
  validateConditions(next, previous, path.child('status', 'conditions'), errors);
  validateCertificate(next, previous, path.child('status', 'certificate'), errors);
}

export function validateRequestCreate(object: Request, path: FieldPath, errors: FieldErrors): void {
  validateRequest(object, undefined, path, errors);
}

/** Makes the rules for updates through the object or one of its subresources. */
export function updateRules(allowed: Permissions) {
  return (next: Request, previous: Request, path: FieldPath, errors: FieldErrors): void => {
    const conditions = path.child('status', 'conditions');
    validateRequest(next, previous, path, errors);
    for (const type of TRUE_ONLY)
      if (conditionsOf(next, type).length < conditionsOf(previous, type).length)
        errors.forbidden(conditions, `updates may not remove a condition of type "${type}"`);
    if (allowed.decide !== true) validateDecisions(next, previous, conditions, errors);
    const [certificate, old] = [next.status?.certificate ?? '', previous.status?.certificate ?? ''];
    if (certificate === old) return;
    const at = path.child('status', 'certificate');
    if (allowed.issue !== true) errors.forbidden(at, 'updates may not set certificate content');
    else if (old !== '') errors.forbidden(at, 'updates may not modify existing certificate content');
  };
}

function validateDecisions(next: Request, previous: Request, path: FieldPath, errors: FieldErrors): void {
  for (const type of DECISIONS) {
    const [now, before] = [conditionsOf(next, type), conditionsOf(previous, type)];
    if (now.length > before.length) errors.forbidden(path, `updates may not add a condition of type "${type}"`);
    else if (now.length === before.length && !deepEqual(now, before))
      errors.forbidden(path, `updates may not modify a condition of type "${type}"\n${JSON.stringify(before)}\n${JSON.stringify(now)}`);
  }
}

function requestProblem(request: string): string | undefined {
  try {
    return readPkcs10(request).isSigned ? undefined : 'x509: the signature is not one of the key in the request';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function validateUsages({ spec }: Request, previous: Request | undefined, path: FieldPath, errors: FieldErrors): void {
  const usages = listOf(spec.usages);
  const before = listOf(previous?.spec.usages);
  const mayRepeat = new Set(before).size < before.length;
  const mayBeUnknown = before.some((usage) => !USAGES.includes(usage));
  if (usages.length === 0) errors.required(path);
  usages.forEach((usage, index) => {
    if (!mayBeUnknown && !USAGES.includes(usage)) errors.notSupported(path.index(index), usage, USAGES);
    if (!mayRepeat && usages.indexOf(usage) < index) errors.duplicate(path.index(index), usage);
  });
}

function validateConditions({ status }: Request, previous: Request | undefined, path: FieldPath, errors: FieldErrors): void {
  const types = listOf(status?.conditions).map(({ type }) => type);
  const before = listOf(previous?.status?.conditions).map(({ type }) => type);
  listOf(status?.conditions).forEach(({ status: value, type }, index) => {
    const at = path.index(index);
    const statuses = TRUE_ONLY.includes(type) ? ['True'] : STATUSES;
    if (isEmpty(type) && !before.includes('')) errors.required(at.child('type'));
    if (isEmpty(value)) errors.required(at.child('status'));
    else if (!statuses.includes(value)) errors.notSupported(at.child('status'), value, statuses);
    if (types.indexOf(type) < index && new Set(before).size === before.length) errors.duplicate(at.child('type'), type);
  });
  if (isBoth(types) && !isBoth(before)) {
    const second = types.findLast((type) => (DECISIONS as readonly string[]).includes(type));
    errors.invalid(path, second, 'Approved and Denied conditions are mutually exclusive');
  }
}

const isBoth = (types: readonly string[]): boolean => DECISIONS.every((decision) => types.includes(decision));

function validateCertificate({ status }: Request, previous: Request | undefined, path: FieldPath, errors: FieldErrors): void {
  const certificate = status?.certificate ?? '';
  const before = previous?.status?.certificate ?? '';
  if (previous !== undefined && (certificate === before || certificateProblem(before) !== undefined)) return;
  const problem = certificateProblem(certificate);
  if (problem !== undefined) errors.invalid(path, '<certificate data>', problem);
}

function certificateProblem(encoded: string): string | undefined {
  if (encoded === '') return undefined;
  const blocks = [...Buffer.from(encoded, 'base64').toString('latin1').matchAll(PEM_BLOCK)];
  for (const [block, label, body = ''] of blocks) {
    if (label !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(label)}`;
    if (body.includes(':')) return 'no PEM block headers are permitted';
    try {
      new X509Certificate(block);
    } catch {
      return 'x509: malformed certificate';
    }
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}
