/** Writes `libs/api/src/generated` from `libs/api/schema`: `node tools/codegen/main.mts`. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SourceGroup } from '../../libs/api/src/schema/schema-source.ts';
import { descriptionsModule } from './descriptions.mts';
import { readSchema, type SchemaFile } from './schema.mts';
import { schemaTableModule } from './schema-table.mts';
import { indexModule, typesModule } from './types.mts';

const api = join(import.meta.dirname, '../../libs/api');
const output = join(api, 'src/generated');

function write(path: string, text: string): void {
  const file = join(output, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Core first, then as discovery lists the groups, then the shared `meta` types: the order in which names are given out. */
function inPreferenceOrder(files: readonly SchemaFile[], groups: readonly SourceGroup[]): SchemaFile[] {
  const rank = (file: SchemaFile): number => {
    const group = groups.findIndex(({ group }) => group === file.group);
    return group < 0 ? groups.length * 10 : group * 10 + (groups[group]?.versions.indexOf(file.version ?? '') ?? 0);
  };
  return [...files].sort((a, b) => rank(a) - rank(b));
}

rmSync(output, { recursive: true, force: true });
const files = readSchema(join(api, 'schema'));
for (const file of files) write(`${file.path}.ts`, typesModule(file, files));
const groups = JSON.parse(readFileSync(join(api, 'schema/groups.json'), 'utf8')) as SourceGroup[];
write('index.ts', indexModule(inPreferenceOrder(files, groups)));
write('schema-table.ts', schemaTableModule(files, groups));
write(
  'descriptions.ts',
  descriptionsModule(files, join(import.meta.dirname, '../../node_modules/@kubernetes/client-node/dist/gen/models')),
);
