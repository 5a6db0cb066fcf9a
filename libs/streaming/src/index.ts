export { SpdyConnection, type SpdyConnectionOptions } from './spdy/spdy-connection';
export { SpdyStream } from './spdy/spdy-stream';
export { isSpdyUpgrade, negotiateProtocol, STREAM_PROTOCOL_VERSION, switchingToSpdy, type Negotiation } from './spdy/spdy-upgrade';
export type { SpdyHeaders } from './spdy/header-codec';
export { acceptTunnel, isTunnelUpgrade, PORT_FORWARD_TUNNEL, type TunnelUpgrade } from './websocket-tunnel';
