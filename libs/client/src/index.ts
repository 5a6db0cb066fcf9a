export type {
  ApiAccess,
  ApiClient,
  CallOptions,
  DeleteCallOptions,
  GetOptions,
  ListOptions,
  ListResult,
  Patch,
  RawRequest,
  ResourceClient,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './api-client';
export { createApiClient, type ApiClientOptions } from './create-api-client';
export type { CredentialSource } from './credential-file';
export { discoverResources, type DiscoveredResource, type Discovery } from './discover-resources';
export { createHttpTransport, type HttpTransportOptions } from './http-transport';
export { inClusterTransport, type InClusterOptions } from './in-cluster';
export {
  createInProcessTransport,
  type InProcessCaller,
  type InProcessIdentity,
  type InProcessServer,
  type InProcessTransportOptions,
} from './in-process-transport';
export { transportFromKubeconfig, type KubeconfigOptions } from './kubeconfig';
export type { TlsOptions } from './tls-dialer';
export { TokenBucket, type RateLimit } from './token-bucket';
export { TransportError, type Transport, type TransportRequest, type TransportResponse } from './transport';
