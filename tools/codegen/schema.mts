import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from '../../libs/api/src/schema/schema-source.ts';

/** One file of `libs/api/schema/GROUP/VERSION.json`; `path` is `GROUP/VERSION`. Files under `meta/` belong to no API group. */
export interface SchemaFile extends SourceFile {
  readonly path: string;
}

export function readSchema(directory: string): SchemaFile[] {
  return globSync('*/*.json', { cwd: directory })
    .sort()
    .map((file) => ({ path: file.replace(/\.json$/, ''), ...JSON.parse(readFileSync(join(directory, file), 'utf8')) }) as SchemaFile);
}
