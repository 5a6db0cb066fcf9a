import type { GroupVersionKind } from '@keelson/apimachinery';

/** What a value can be that has no fields of its own. */
export type ScalarType =
  | 'string'
  | 'bytes'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'quantity'
  | 'time'
  | 'microTime'
  | 'intOrString'
  /** Any JSON object; in protobuf its JSON text (`runtime.RawExtension`, `metav1.FieldsV1`). */
  | 'rawObject'
  /** Any JSON value; in protobuf its JSON text (`apiextensions.JSON`). */
  | 'json';

interface Named {
  /** The Go type as upstream's decoding errors name it, such as `v1.DNSPolicy`. */
  readonly goType: string;
}

export interface ScalarSchema extends Named {
  readonly type: ScalarType;
}

export interface ListSchema extends Named {
  readonly type: 'list';
  readonly items: ValueSchema;
  /** In protobuf a message with one repeated field `items`, not a repeated field. */
  readonly boxed: boolean;
}

export interface MapSchema extends Named {
  readonly type: 'map';
  readonly values: ValueSchema;
}

export interface StructValueSchema extends Named {
  readonly type: 'struct';
  readonly struct: TypeSchema;
}

/** A value that may be a schema or something simpler in its place: a boolean, a list of schemas, or a list of strings. */
export interface SchemaOrSchema extends Named {
  readonly type: 'schemaOr';
  readonly struct: TypeSchema;
  readonly or: 'boolean' | 'list' | 'stringList';
}

export type ValueSchema = ScalarSchema | ListSchema | MapSchema | StructValueSchema | SchemaOrSchema;

/**
 * When a field is there.
 * - `pointer`: absent and zero differ, so whatever is given is kept;
 * - `omitEmpty`: zero (`''`, `0`, `false`, `[]`, `{}`) means absent, and is not written;
 * - `always`: absent means zero, and zero is written.
 */
export type Presence = 'pointer' | 'omitEmpty' | 'always';

/** A struct whose fields JSON shows as its owner's, such as `VolumeSource` in a volume. */
export interface EmbeddedStruct {
  readonly name: string;
  /** In protobuf. */
  readonly number: number;
}

export interface FieldSchema {
  readonly name: string;
  readonly value: ValueSchema;
  readonly presence: Presence;
  readonly required: boolean;
  /** As OpenAPI states it. */
  readonly default?: unknown;
  /** In protobuf; absent if the field is JSON only. */
  readonly number?: number;
  /** The embedded structs that carry it, outermost first, where JSON has it inline: nested messages in protobuf. */
  readonly within: readonly EmbeddedStruct[];
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  /** Strategic merge patch: `merge`, `replace`, `retainKeys` or `merge,retainKeys`. */
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
}

/**
 * One object type: what the engine decodes, encodes and describes. It does not say where it came from: the built-in table and a
 * CustomResourceDefinition both end in this.
 */
export interface TypeSchema {
  /** Unique in its registry, such as `io.k8s.api.core.v1.PodSpec`. */
  readonly name: string;
  /** The Go name without its package, such as `PodSpec`. */
  readonly shortName: string;
  /** Present on what has `kind` and `apiVersion` of its own. */
  readonly kind?: string;
  readonly fields: readonly FieldSchema[];
  /** Fields that are not in `fields` are kept as they are instead of dropped. */
  readonly preservesUnknownFields: boolean;
  /** OpenAPI's `x-kubernetes-map-type: atomic`: owned and replaced as a whole. */
  readonly mapType?: 'atomic' | 'granular';
}

/** A resource that is served, with all that discovery says of it. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  /** The plural name of the URL. */
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  /**
   * The group version that upstream says it stores the objects in, of which discovery gives a hash. Two versions of one kind that name the
   * same one share their objects (`events.k8s.io` and core events).
   */
  readonly storageVersion: Readonly<Pick<GroupVersionKind, 'group' | 'version'>>;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly ServedSubresource[];
}

export interface ServedSubresource {
  /** Without the resource, such as `scale`. */
  readonly name: string;
  /** What its body holds; of another group version than the resource's where that is so (`autoscaling/v1` Scale). */
  readonly kind: GroupVersionKind;
  readonly verbs: readonly string[];
}

/** A group with its served versions, most preferred first. */
export interface ServedGroup {
  readonly group: string;
  readonly versions: readonly string[];
}
