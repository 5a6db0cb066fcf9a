/**
 * What the files under `libs/api/schema` hold, in TypeScript: the schema engine reads them at run time, tools/codegen at build time.
 * One field of a type; exactly one of `type`, `ref`, `list` and `map` is present.
 */
export interface SourceField {
  readonly type?: 'string' | 'integer' | 'boolean' | 'number';
  readonly format?: string;
  /** A type's full name, or its plain name if it is in the same package. */
  readonly ref?: string;
  readonly list?: SourceField;
  readonly map?: SourceField;
  readonly required?: boolean;
  /** As OpenAPI states it. */
  readonly default?: unknown;
  /** Its number in the protobuf message; absent if the field is JSON only. */
  readonly number?: number;
  /** The embedded structs that carry it, outermost first, with their numbers in protobuf, where JSON has it inline (`volumes[].hostPath`). */
  readonly within?: Readonly<Record<string, number>>;
  /** A list that travels as a message with one repeated field `items`. */
  readonly boxed?: true;
  /** Upstream holds it by pointer: absent and zero differ. */
  readonly pointer?: true;
  /** Written even when zero, although it is not required. */
  readonly always?: true;
  /** Left out when zero, although it is required. */
  readonly omitEmpty?: true;
  /** The Go type as upstream's decoding errors name it, where `type` does not imply it. */
  readonly goType?: string;
  /** How server-side apply and strategic merge patch merge it: the API's `x-kubernetes-` extensions of these names. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
}

export interface SourceType {
  /** Present if it is an object of the API by itself. */
  readonly kind?: string;
  /** The type is not an object with fields; the engine knows it by name. */
  readonly scalar?: string;
  readonly format?: string;
  readonly fields?: Readonly<Record<string, SourceField>>;
  readonly mapType?: 'atomic' | 'granular';
  readonly unions?: readonly unknown[];
}

export interface SourceSubresource {
  readonly name: string;
  readonly kind: string;
  readonly kindGroup?: string;
  readonly kindVersion?: string;
  readonly verbs: readonly string[];
}

export interface SourceResource {
  readonly resource: string;
  readonly kind: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singular: string;
  /** The group version that upstream stores it in, where that is another one. */
  readonly storageVersion?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly SourceSubresource[];
}

/** `GROUP/VERSION.json`: the types of a package, and the resources of a group version. `group` is absent on packages outside any group. */
export interface SourceFile {
  readonly package: string;
  readonly group?: string;
  readonly version?: string;
  readonly types: Readonly<Record<string, SourceType>>;
  readonly resources?: readonly SourceResource[];
}

/** An API group of `groups.json`, which has them in the order of discovery; its versions most preferred first. */
export interface SourceGroup {
  readonly group: string;
  readonly versions: readonly string[];
}
