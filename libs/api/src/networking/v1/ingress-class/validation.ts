import { addProblems, nameIsDnsLabel, validateImmutable, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import { validateDomainPrefixedPath } from '../../../domain-prefixed-path';
import type { IngressClass, IngressClassParametersReference } from '../../../generated/networking/v1';
import { validateLocalReference } from '../local-reference';

const MAX_CONTROLLER = 250;
const SCOPES = ['Cluster', 'Namespace'];

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

function validateScope({ namespace, scope }: DeepReadonly<IngressClassParametersReference>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('namespace');
  if (scope === undefined) return errors.required(path.child('scope'));
  if (!SCOPES.includes(scope)) return errors.notSupported(path.child('scope'), scope, SCOPES);
  if (scope === 'Cluster') {
    if (namespace !== undefined) errors.forbidden(at, "`parameters.scope` is set to 'Cluster'");
  } else if (namespace === undefined) errors.required(at, "`parameters.scope` is set to 'Namespace'");
  else addProblems(nameIsDnsLabel(namespace, false), namespace, at, errors);
}
