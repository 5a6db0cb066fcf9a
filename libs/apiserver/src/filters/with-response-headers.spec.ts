import type { ApiRequest, ApiResponse } from '../http/api-request';
import { withResponseHeaders } from './with-response-headers';

const answer = async (headers: ApiRequest['headers'], response: ApiResponse) => {
  const filtered = await withResponseHeaders(() => 'made-up')({ headers } as ApiRequest, () => Promise.resolve(response));
  return 'headers' in filtered ? filtered.headers : undefined;
};
const ok = { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') };

describe('withResponseHeaders', () => {
  it('gives every answer an id and lets no cache keep it', async () => {
    expect(await answer({}, ok)).toEqual({
      'audit-id': 'made-up',
      'cache-control': 'no-cache, private',
      'content-type': 'application/json',
    });
  });

  it('keeps the id that a client gives, and what a handler says of caching', async () => {
    const cacheable = { ...ok, headers: { 'cache-control': 'public' } };
    expect(await answer({ 'audit-id': 'own' }, cacheable)).toEqual({ 'audit-id': 'own', 'cache-control': 'public' });
  });

  it('tells browsers not to guess what a text is', async () => {
    const text = { ...ok, headers: { 'content-type': 'text/plain; charset=utf-8' } };
    expect(await answer({}, text)).toMatchObject({ 'x-content-type-options': 'nosniff' });
  });
});
