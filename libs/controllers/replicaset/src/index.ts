export { REPLICA_SETS, REPLICATION_CONTROLLERS, type ReplicaKind, type Replicated } from './replica-kinds';
export { ReplicaSetController, type ReplicaSetControllerDeps } from './replicaset-controller';
