import { StatusError } from '@keelson/apimachinery';
import type { Revision } from '@keelson/storage';

/** Where a paged list goes on: behind `after`, in the state of `revision`. */
export interface ContinuePosition {
  readonly revision: Revision;
  /** The key behind the resource's prefix of the last object sent, such as `default/web`. */
  readonly after: string;
}

const VERSION = 'meta.k8s.io/v1';

/** As upstream's token: base64url of JSON with the version, the revision and the key to start at (which ends in a zero byte: behind that key). */
export function encodeContinueToken({ after, revision }: ContinuePosition): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: `${after}\u0000` })).toString('base64url');
}

/** @throws StatusError BadRequest if `token` is none of ours */
export function decodeContinueToken(token: string): ContinuePosition {
  const position = parse(token);
  if (position?.v !== VERSION || typeof position.rv !== 'number' || typeof position.start !== 'string' || position.start.includes('..'))
    throw StatusError.badRequest('continue key is not valid: it was not made by this server');
  return { revision: position.rv, after: position.start.replace(/\0$/, '') };
}

function parse(token: string): { v?: unknown; rv?: unknown; start?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
