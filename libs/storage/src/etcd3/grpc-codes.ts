/**
 * The codes of gRPC that the store tells apart, by their numbers on the wire, so that only etcd3 loads the gRPC library.
 * @see https://grpc.io/docs/guides/status-codes/
 */
export const CANCELLED = 1;
export const UNKNOWN = 2;
export const DEADLINE_EXCEEDED = 4;
export const NOT_FOUND = 5;
export const PERMISSION_DENIED = 7;
export const OUT_OF_RANGE = 11;
export const INTERNAL = 13;
export const UNAVAILABLE = 14;
export const UNAUTHENTICATED = 16;

/** The state of a channel over which calls go out at once. */
export const CHANNEL_READY = 2;
