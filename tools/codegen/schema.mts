import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One field of a type as the schema source states it; exactly one of `type`, `ref`, `list` and `map` is present. */
export interface SchemaField {
  readonly type?: 'string' | 'integer' | 'boolean' | 'number' | 'object';
  readonly format?: string;
  readonly ref?: string;
  readonly list?: SchemaField;
  readonly map?: SchemaField;
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
}

export interface SchemaType {
  readonly message?: string;
  readonly kind?: string;
  readonly scalar?: 'string' | 'object';
  readonly format?: string;
  readonly fields?: Readonly<Record<string, SchemaField>>;
}

export interface SchemaResource {
  readonly resource: string;
  readonly kind: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** The group version that upstream stores it in, where that is another one. */
  readonly storageVersion?: string;
  readonly verbs: readonly string[];
}

/** One file of `libs/api/schema/GROUP/VERSION.json`; `path` is `GROUP/VERSION`. Files under `meta/` belong to no API group. */
export interface SchemaFile {
  readonly path: string;
  readonly package: string;
  readonly group?: string;
  readonly version?: string;
  readonly types: Readonly<Record<string, SchemaType>>;
  readonly resources?: readonly SchemaResource[];
}

/** An API group in the order of discovery, its versions most preferred first. */
export interface SchemaGroup {
  readonly group: string;
  readonly versions: readonly string[];
}

export function readSchema(directory: string): SchemaFile[] {
  return globSync('*/*.json', { cwd: directory })
    .sort()
    .map((file) => ({ path: file.replace(/\.json$/, ''), ...JSON.parse(readFileSync(join(directory, file), 'utf8')) }) as SchemaFile);
}
