import { clusterroles, type ClusterRole, type DeepReadonly, type PolicyRule } from '@keelson/api';
import { LabelMatcher, semanticEqual, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Controller, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';

export interface ClusterRoleAggregationControllerDeps {
  readonly client: ApiClient;
  readonly clusterRoles: Informer<ClusterRole>;
}

/** Fills the rules of ClusterRoles that aggregate others by label, such as `admin`. Source: pkg/controller/clusterroleaggregation. */
export class ClusterRoleAggregationController implements Controller {
  readonly name = 'clusterrole-aggregation';
  readonly #deps: ClusterRoleAggregationControllerDeps;

  constructor(deps: ClusterRoleAggregationControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    const { clusterRoles } = this.#deps;
    // Any role may be part of any other, by labels that it has or had; there are few that aggregate.
    watch.mapped(clusterRoles, () =>
      clusterRoles
        .list()
        .filter(({ aggregationRule }) => aggregationRule !== undefined)
        .map(({ metadata }) => metadata.name),
    );
  }

  async reconcile(name: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const role = this.#deps.clusterRoles.get(name);
    if (role?.aggregationRule === undefined) return undefined;
    const rules = aggregatedRules(role, this.#deps.clusterRoles.list());
    if (semanticEqual(rules, role.rules)) return undefined;
    await this.#deps.client.resource(clusterroles).update({ ...(structuredClone(role) as ClusterRole), rules }, { signal });
    return undefined;
  }
}

/** The rules of all roles that `role` selects, each once: selector by selector, and in the order of the roles' names. */
function aggregatedRules(role: DeepReadonly<ClusterRole>, roles: readonly DeepReadonly<ClusterRole>[]): PolicyRule[] {
  const byName = [...roles].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const matcher = LabelMatcher.of(selector);
    for (const part of byName) {
      if (part.metadata.name === role.metadata.name || !matcher.matches(part.metadata.labels ?? {})) continue;
      for (const rule of part.rules ?? []) {
        if (!rules.some((known) => semanticEqual(known, rule))) rules.push(structuredClone(rule) as PolicyRule);
      }
    }
  }
  return rules;
}
