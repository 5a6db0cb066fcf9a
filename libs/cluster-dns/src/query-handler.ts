import type { Clock } from '@keelson/apimachinery';
import type { DnsMetrics } from './dns-metrics';
import { parseQuery } from './message/parse-query';
import { rcodeOf } from './message/write-response';
import type { Resolver } from './resolver';
import type { Handle } from './server/dns-server';

export interface QueryHandlerOptions {
  readonly resolver: Resolver;
  readonly metrics: DnsMetrics;
  /** The cluster's domain, by which its own answers are counted. */
  readonly domain: string;
  readonly clock: Clock;
}

/** From a client's bytes to the response's, and into the figures. */
export function queryHandler({ resolver, metrics, domain, clock }: QueryHandlerOptions): Handle {
  const zone = `${domain}.`;
  return async (message, { protocol, family }) => {
    const started = clock.monotonic();
    const parsed = parseQuery(message);
    if (parsed.type === 'ignored') return undefined;
    if (parsed.type === 'refused') return parsed.response;
    const { response, source } = await resolver.resolve(parsed.query, protocol);
    const milliseconds = clock.monotonic() - started;
    metrics.served({
      zone: source === 'cluster' ? zone : '.',
      protocol,
      family,
      type: parsed.query.type,
      response,
      rcode: rcodeOf(response),
      milliseconds,
    });
    return response;
  };
}
