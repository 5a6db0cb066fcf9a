import type { MatchResources } from '../../generated/admissionregistration/v1';
import { elementsOf } from '../../presence';

/** A policy, or its binding, is about everything that its rules name, unless it says otherwise. */
export function defaultMatchResources(match: MatchResources | undefined): void {
  if (match === undefined) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...elementsOf(match.resourceRules), ...elementsOf(match.excludeResourceRules)]) rule.scope ??= '*';
}
