export {
  LEASE_NAMESPACE,
  NodeLifecycleController,
  type NodeLifecycleControllerDeps,
  type NodeLifecycleControllerOptions,
} from './node-lifecycle-controller';
export { NodeTtlController, type NodeTtlControllerDeps } from './node-ttl-controller';
export { TaintEvictionController, type TaintEvictionControllerDeps } from './taint-eviction-controller';
export type { EvictionRates } from './zone-evictions';
