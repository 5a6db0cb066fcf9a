import type { Protocol } from '../message/write-response';

/**
 * Sends one message to a server and gives back the first whole message that comes from it.
 * @throws Error if there is none before the signal aborts, or the connection fails; an aborted call leaves nothing open
 */
export type Exchange = (
  message: Buffer,
  to: { readonly server: string; readonly protocol: Protocol; readonly signal: AbortSignal },
) => Promise<Buffer>;

/** A question could not be passed on, or nobody answered it. */
export class UpstreamError extends Error {
  readonly code = 'upstream';
}
