export { NamespaceController, type NamespaceControllerDeps } from './namespace-controller';
