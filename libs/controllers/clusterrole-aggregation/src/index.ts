export { ClusterRoleAggregationController, type ClusterRoleAggregationControllerDeps } from './cluster-role-aggregation-controller';
