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
  readonly number?: number;
  readonly protoType?: string;
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

export function readSchema(directory: string): SchemaFile[] {
  return globSync('*/*.json', { cwd: directory })
    .sort()
    .map((file) => ({ path: file.replace(/\.json$/, ''), ...JSON.parse(readFileSync(join(directory, file), 'utf8')) }) as SchemaFile);
}
