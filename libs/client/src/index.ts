export type {
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
export { TransportError, type Transport, type TransportRequest, type TransportResponse } from './transport';
