export { ServiceLbController, type ServiceLbControllerDeps } from './service-lb-controller';
