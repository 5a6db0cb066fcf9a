import { StatusError } from '@keelson/apimachinery';
import type { Revision } from '@keelson/storage';

/** Where a paged list goes on: behind `after`, in the state of `revision`. */
export interface ContinuePosition {
  readonly revision: Revision;
  /** The last object's key, behind what the keys of all that the list can reach begin with: `web` in a namespace, `default/web` in all. */
  readonly after: string;
}

const VERSION = 'meta.k8s.io/v1';

/** As upstream's token: base64url of JSON with the version, the revision and the key to start at (which ends in a zero byte: behind that key). */
export function encodeContinueToken({ after, revision }: ContinuePosition): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: `${after}\u0000` })).toString('base64url');
}

/** @throws StatusError BadRequest if `token` is none of ours */
export function decodeContinueToken(token: string): ContinuePosition {
  const { rv, start, v } = parse(token);
  if (v !== VERSION) throw notValid(`: server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  if (typeof rv !== 'number' || rv === 0) throw notValid(`: incorrect encoded start resourceVersion (version ${VERSION})`);
  if (typeof start !== 'string' || start === '') throw notValid(`: encoded start key empty (version ${VERSION})`);
  if (start.split('/').some((part) => part === '' || part === '.' || part === '..')) throw notValid(`: ${start}`);
  return { revision: rv, after: start.replace(/\0$/, '') };
}

function parse(token: string): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // It is answered below, as everything else that is no token.
  }
  throw notValid('');
}

const notValid = (why: string): StatusError => StatusError.badRequest(`invalid continue token: continue key is not valid${why}`);
