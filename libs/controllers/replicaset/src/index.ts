export { ReplicaSetController, type ReplicaSetControllerDeps } from './replicaset-controller';
