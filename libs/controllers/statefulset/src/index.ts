export { StatefulSetController, type StatefulSetControllerDeps } from './statefulset-controller';
