import type { CustomResourceDefinition } from '../../../generated/apiextensions/v1';
import { isEmpty, listOf } from '../../../presence';

const HTTPS_PORT = 443;

export function defaultCustomResourceDefinition({ spec }: CustomResourceDefinition): void {
  const { names } = spec;
  if (isEmpty(names.singular)) names.singular = names.kind.toLowerCase();
  if (isEmpty(names.listKind) && !isEmpty(names.kind)) names.listKind = `${names.kind}List`;
  spec.conversion ??= { strategy: 'None' };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service !== undefined) service.port ??= HTTPS_PORT;
}

/** A version once stored is remembered: objects may lie there in it until somebody says that none do. */
export function rememberStoredVersion(object: CustomResourceDefinition): void {
  const stored = listOf(object.spec.versions).find(({ storage }) => storage)?.name;
  const before = object.status?.storedVersions ?? [];
  if (stored !== undefined && !before.includes(stored)) object.status = { ...object.status, storedVersions: [...before, stored] };
}
