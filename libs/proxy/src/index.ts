export { serviceEndpoints, type ServiceEndpoints } from './service-endpoints';
export { serviceTable } from './service-table';
