/** A message, or a part of it, is not what RFC 1035 says. */
export class MessageError extends Error {
  readonly code = 'malformed-dns-message';
}
