export type { ApiserverConfig } from './server/apiserver-config';
export { createApiserver, type Apiserver, type ApiserverDeps } from './server/create-apiserver';
