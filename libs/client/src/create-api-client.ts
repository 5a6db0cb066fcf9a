import { systemClock, type Clock, type KubernetesObject, type Resource } from '@keelson/apimachinery';
import type { ApiClient, RawRequest, ResourceClient } from './api-client';
import { readText } from './read-text';
import { RequestSender } from './request-sender';
import { encode, requestHeaders, RestClient } from './rest-client';
import { TokenBucket, type RateLimit } from './token-bucket';
import type { Transport } from './transport';

export interface ApiClientOptions {
  /** As in `kube-scheduler/v1.36.0 (linux/amd64) kubernetes/…`: who the server's logs, and `managedFields`, say it was. */
  readonly userAgent: string;
  /** No limit if absent. */
  readonly rateLimit?: RateLimit | undefined;
  readonly clock?: Clock;
}

/** An {@link ApiClient} over `transport`, which stays the caller's to close. */
export function createApiClient(transport: Transport, { userAgent, rateLimit, clock = systemClock }: ApiClientOptions): ApiClient {
  const rateLimiter = rateLimit === undefined ? undefined : new TokenBucket(rateLimit, clock);
  const sender = new RequestSender({ transport, clock, rateLimiter });
  return {
    transport,
    resource: <T extends KubernetesObject>(resource: Resource<T>): ResourceClient<T> => new RestClient(resource, { sender, userAgent }),
    async raw<R>({ method = 'GET', path, headers, body, signal }: RawRequest): Promise<R> {
      const bytes = body === undefined ? {} : { body: encode(body) };
      const request = { ...bytes, headers: requestHeaders(userAgent, { ...bytes, ...(headers === undefined ? {} : { headers }) }) };
      const response = await sender.send({ ...request, method, path, signal }, { verb: method.toLowerCase() });
      return JSON.parse(await readText(response.body)) as R;
    },
  };
}
