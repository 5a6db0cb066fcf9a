export { ResourceQuotaController, type ResourceQuotaControllerDeps } from './resource-quota-controller';
