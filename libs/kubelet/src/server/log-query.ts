import type { LogOptions } from '../logs/read-log';

/** The query of `/containerLogs`. @throws RangeError naming what is wrong */
export function parseLogQuery(query: URLSearchParams, now: number): LogOptions & { readonly previous: boolean } {
  const sinceSeconds = positive(query, 'sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const stream = query.get('stream')?.toLowerCase();
  return {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    tailLines: positive(query, 'tailLines'),
    limitBytes: positive(query, 'limitBytes'),
    since: sinceTime === null ? (sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000) : Date.parse(sinceTime),
    stream: stream === 'stdout' || stream === 'stderr' ? stream : undefined,
  };
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1' || value === 'True';
}

function positive(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new RangeError(`invalid value ${JSON.stringify(text)} of ${name}: must be a number of 0 or more`);
  return value;
}
