/** The peer sent what SPDY/3.1 does not allow. Nothing that follows on the connection can be trusted. */
export class SpdyProtocolError extends Error {
  readonly code = 'SPDY_PROTOCOL_ERROR';
}
