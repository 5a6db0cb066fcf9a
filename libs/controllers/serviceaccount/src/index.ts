export { ServiceAccountController, type ServiceAccountControllerDeps } from './service-account-controller';
