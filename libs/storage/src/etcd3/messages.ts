import protobuf from 'protobufjs';

/**
 * The messages of etcd's API that the store uses, with only the fields it uses; numbers as in etcd's `rpc.proto` and `kv.proto`.
 * etcd3's own types copy every message field by field and turn every integer into a string.
 */
const int64 = (id: number): protobuf.IField => ({ type: 'int64', id });
const bytes = (id: number): protobuf.IField => ({ type: 'bytes', id });
const bool = (id: number): protobuf.IField => ({ type: 'bool', id });
const text = (id: number): protobuf.IField => ({ type: 'string', id });
const enumeration = (id: number): protobuf.IField => ({ type: 'int32', id });
const one = (type: string, id: number): protobuf.IField => ({ type, id });
const many = (type: string, id: number): protobuf.IField => ({ rule: 'repeated', type, id });

const root = protobuf.Root.fromJSON({
  nested: {
    ResponseHeader: { fields: { revision: int64(3) } },
    KeyValue: { fields: { key: bytes(1), create_revision: int64(2), mod_revision: int64(3), value: bytes(5) } },
    Event: { fields: { type: enumeration(1), kv: one('KeyValue', 2), prev_kv: one('KeyValue', 3) } },
    RangeRequest: { fields: { key: bytes(1), range_end: bytes(2), limit: int64(3), revision: int64(4), count_only: bool(9) } },
    RangeResponse: { fields: { header: one('ResponseHeader', 1), kvs: many('KeyValue', 2), count: int64(4) } },
    PutRequest: { fields: { key: bytes(1), value: bytes(2), lease: int64(3) } },
    DeleteRangeRequest: { fields: { key: bytes(1), prev_kv: bool(3) } },
    DeleteRangeResponse: { fields: { prev_kvs: many('KeyValue', 3) } },
    RequestOp: {
      fields: {
        request_range: one('RangeRequest', 1),
        request_put: one('PutRequest', 2),
        request_delete_range: one('DeleteRangeRequest', 3),
      },
    },
    ResponseOp: { fields: { response_range: one('RangeResponse', 1), response_delete_range: one('DeleteRangeResponse', 3) } },
    Compare: { fields: { result: enumeration(1), target: enumeration(2), key: bytes(3), mod_revision: int64(6) } },
    TxnRequest: { fields: { compare: many('Compare', 1), success: many('RequestOp', 2), failure: many('RequestOp', 3) } },
    TxnResponse: { fields: { header: one('ResponseHeader', 1), succeeded: bool(2), responses: many('ResponseOp', 3) } },
    CompactionRequest: { fields: { revision: int64(1) } },
    CompactionResponse: { fields: { header: one('ResponseHeader', 1) } },
    WatchCreateRequest: {
      fields: { key: bytes(1), range_end: bytes(2), start_revision: int64(3), progress_notify: bool(4), prev_kv: bool(6) },
    },
    WatchProgressRequest: { fields: {} },
    WatchRequest: { fields: { create_request: one('WatchCreateRequest', 1), progress_request: one('WatchProgressRequest', 3) } },
    WatchResponse: {
      fields: {
        header: one('ResponseHeader', 1),
        created: bool(3),
        canceled: bool(4),
        compact_revision: int64(5),
        cancel_reason: text(6),
        events: many('Event', 11),
      },
    },
    LeaseGrantRequest: { fields: { TTL: int64(1) } },
    LeaseGrantResponse: { fields: { ID: int64(2), TTL: int64(3) } },
    StatusRequest: { fields: {} },
    StatusResponse: { fields: { version: text(2) } },
  },
});

/** An integer of 64 bits as protobufjs decodes it. Revisions are exact as numbers; lease ids are not, and stay as they are. */
export type Integer = number | { toNumber(): number };
export const toNumber = (value: Integer): number => (typeof value === 'number' ? value : value.toNumber());

export interface KeyValue {
  readonly key: Buffer;
  readonly create_revision: Integer;
  readonly mod_revision: Integer;
  readonly value: Buffer;
}

export interface Header {
  readonly revision: Integer;
}

/** A delete's `kv` has only its key and the revision of the delete. */
export interface Event {
  readonly type: number;
  readonly kv: KeyValue;
  readonly prev_kv: KeyValue | null;
}

export interface RangeRequest {
  readonly key: Uint8Array;
  readonly range_end?: Uint8Array;
  readonly limit?: number;
  readonly revision?: number;
  readonly count_only?: boolean;
}

export interface RangeResponse {
  readonly header: Header;
  readonly kvs: readonly KeyValue[];
  readonly count: Integer;
}

export interface RequestOp {
  readonly request_range?: RangeRequest;
  readonly request_put?: { readonly key: Uint8Array; readonly value: Uint8Array; readonly lease?: Integer };
  readonly request_delete_range?: { readonly key: Uint8Array; readonly prev_kv: boolean };
}

export interface Compare {
  readonly result: number;
  readonly target: number;
  readonly key: Uint8Array;
  readonly mod_revision: number;
}

export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}

export interface TxnResponse {
  readonly header: Header;
  readonly succeeded: boolean;
  readonly responses: readonly {
    readonly response_range?: RangeResponse | null;
    readonly response_delete_range?: { readonly prev_kvs: readonly KeyValue[] } | null;
  }[];
}

export interface WatchRequest {
  readonly create_request?: {
    readonly key: Uint8Array;
    readonly range_end: Uint8Array;
    readonly start_revision: number;
    readonly progress_notify: boolean;
    readonly prev_kv: boolean;
  };
  readonly progress_request?: object;
}

export interface WatchResponse {
  readonly header: Header;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compact_revision: Integer;
  readonly cancel_reason: string;
  readonly events: readonly Event[];
}

/** `Compare.result` Equal, `Compare.target` Mod, `Event.type` Delete. */
export const EQUAL = 0;
export const MOD = 2;
export const DELETE = 1;

export interface Method<Request, Response> {
  readonly path: string;
  readonly serialize: (request: Request) => Buffer;
  readonly deserialize: (bytes: Buffer) => Response;
}

function method<Request extends object, Response>(path: string, request: string, response: string): Method<Request, Response> {
  const requestType = root.lookupType(request);
  const responseType = root.lookupType(response);
  return {
    path: `/etcdserverpb.${path}`,
    serialize: (message) => Buffer.from(requestType.encode(message).finish()),
    deserialize: (bytes) => responseType.decode(bytes) as unknown as Response,
  };
}

export const RANGE = method<RangeRequest, RangeResponse>('KV/Range', 'RangeRequest', 'RangeResponse');
export const TXN = method<TxnRequest, TxnResponse>('KV/Txn', 'TxnRequest', 'TxnResponse');
export const COMPACT = method<{ revision: number }, object>('KV/Compact', 'CompactionRequest', 'CompactionResponse');
export const WATCH = method<WatchRequest, WatchResponse>('Watch/Watch', 'WatchRequest', 'WatchResponse');
export const LEASE_GRANT = method<{ TTL: number }, { ID: Integer; TTL: Integer }>(
  'Lease/LeaseGrant',
  'LeaseGrantRequest',
  'LeaseGrantResponse',
);
export const STATUS = method<object, { version: string }>('Maintenance/Status', 'StatusRequest', 'StatusResponse');
