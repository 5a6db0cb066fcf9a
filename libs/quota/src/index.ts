export { evaluatorOf } from './evaluator-of';
export type { QuotaChange, QuotaEvaluator, ScopeRequirement } from './evaluator';
export { countName, type GroupResource } from './object-count';
export { isInScopes } from './scope';
export { exceeding, growth, isSameUsage, only, usageList, usageText, withoutZeros, type Usage } from './usage';
