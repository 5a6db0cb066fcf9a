import { schemaGroups, schemaTable } from '../generated/schema-table';
import { SchemaRegistry } from './schema-registry';

/** A registry over the whole built-in API. What it builds lazily is kept in it, so a process makes one and passes it on. */
export function builtInSchemas(): SchemaRegistry {
  return new SchemaRegistry({ groups: schemaGroups, packages: schemaTable });
}
