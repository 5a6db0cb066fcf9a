/** One field as the schema table states it; exactly one of `type`, `ref`, `list` and `map` is present. See libs/api/schema. */
export interface SourceField {
  readonly type?: 'string' | 'integer' | 'boolean' | 'number';
  readonly format?: string;
  readonly ref?: string;
  readonly list?: SourceField;
  readonly map?: SourceField;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly number?: number;
  readonly within?: Readonly<Record<string, number>>;
  readonly boxed?: true;
  readonly pointer?: true;
  readonly always?: true;
  readonly omitEmpty?: true;
  readonly goType?: string;
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
}

export interface SourceType {
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
  readonly storageVersion?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly SourceSubresource[];
}

/** One schema file: the types of a package, and the resources of a group version. `group` is absent on packages outside any group. */
export interface SourceFile {
  readonly package: string;
  readonly group?: string;
  readonly version?: string;
  readonly types: Readonly<Record<string, SourceType>>;
  readonly resources?: readonly SourceResource[];
}
