import type { StatusError } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { StoreRefused, StoreUnavailable } from '@keelson/storage';
import type { ApiRequest } from '../http/api-request';
import { withErrorMapper } from './with-error-mapper';

const statusOf = async (error: Error) => {
  let written: StatusError | undefined;
  const filter = withErrorMapper(silentLogger, (_, status) => {
    written = status;
    return { status: status.code, headers: {}, body: Buffer.from('') };
  });
  await filter({ signal: new AbortController().signal } as ApiRequest, () => Promise.reject(error));
  return written?.status;
};

describe('withErrorMapper', () => {
  it('tells a client to come again where the store does not answer', async () => {
    const { code, reason, details } = (await statusOf(new StoreUnavailable('etcd did not answer: 14 UNAVAILABLE'))) ?? {};
    expect({ code, reason, details }).toEqual({ code: 503, reason: 'ServiceUnavailable', details: { retryAfterSeconds: 1 } });
  });

  it("answers 500 with etcd's own words and no reason, as upstream, where etcd refuses, since coming again would not help", async () => {
    const message = 'etcdserver: mvcc: database space exceeded';
    const status = await statusOf(new StoreRefused(message));
    expect(status).toEqual({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 500, message });
  });
});
