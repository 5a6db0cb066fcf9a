export { TtlAfterFinishedController, type TtlAfterFinishedControllerDeps } from './ttl-after-finished-controller';
