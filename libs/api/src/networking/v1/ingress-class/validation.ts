import {
  addProblems,
  dns1123Subdomain,
  nameIsDnsLabel,
  validateImmutable,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { IngressClass, IngressClassParametersReference } from '../../../generated/networking/v1';
import { validateLocalReference } from '../local-reference';

const MAX_CONTROLLER = 250;
const SCOPES = ['Cluster', 'Namespace'];
const PATH_FORM = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

type Class = DeepReadonly<IngressClass>;

export function validateIngressClass({ spec }: Class, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const { controller = '', parameters } = spec;
  if (controller.length > MAX_CONTROLLER) errors.tooLong(at.child('controller'), MAX_CONTROLLER);
  validateDomainPrefixedPath(controller, at.child('controller'), errors);
  if (parameters === undefined) return;
  validateLocalReference(parameters, at.child('parameters'), errors);
  validateScope(parameters, at.child('parameters'), errors);
}

export function validateIngressClassUpdate(next: Class, previous: Class, path: FieldPath, errors: FieldErrors): void {
  const [after, before] = [next.spec.controller ?? '', previous.spec.controller ?? ''];
  validateImmutable({ next: after, previous: before }, path.child('spec', 'controller'), errors);
}

/** `acme.io/foo`. */
function validateDomainPrefixedPath(text: string, path: FieldPath, errors: FieldErrors): void {
  if (text === '') return errors.required(path);
  const slash = text.indexOf('/');
  const [host, rest] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)];
  if (host === '' || rest === '') return errors.invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")');
  addProblems(dns1123Subdomain(host), host, path, errors);
  if (!new RegExp(`^${PATH_FORM}$`).test(rest)) errors.invalid(path, rest, `Invalid path (regex used for validation is '${PATH_FORM}')`);
}

function validateScope({ namespace, scope }: DeepReadonly<IngressClassParametersReference>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('namespace');
  if (scope === undefined) return errors.required(path.child('scope'));
  if (!SCOPES.includes(scope)) return errors.notSupported(path.child('scope'), scope, SCOPES);
  if (scope === 'Cluster') {
    if (namespace !== undefined) errors.forbidden(at, "`parameters.scope` is set to 'Cluster'");
  } else if (namespace === undefined) errors.required(at, "`parameters.scope` is set to 'Namespace'");
  else addProblems(nameIsDnsLabel(namespace, false), namespace, at, errors);
}
