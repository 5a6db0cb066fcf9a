import { labelSelectorText, type DeepReadonly } from '@keelson/apimachinery';
import type { ParamKind, ParamRef } from '../../generated/admissionregistration/v1';
import { isEmpty } from '../../presence';

export const paramKindText = (kind: DeepReadonly<ParamKind> | undefined): string =>
  kind === undefined ? '<unset>' : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`;

/** Parameters by name, of every namespace unless one is named; or those that are selected. */
export function paramRefText(reference: DeepReadonly<ParamRef> | undefined): string {
  if (reference === undefined) return '<unset>';
  const { name = '', namespace = '', selector } = reference;
  if (!isEmpty(name)) return `${namespace === '' ? '*' : namespace}/${name}`;
  return selector === undefined ? '<unset>' : labelSelectorText(selector);
}
