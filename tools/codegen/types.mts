import type { SourceField, SourceType } from '../../libs/api/src/schema/schema-source.ts';
import type { SchemaFile } from './schema.mts';

/** Types that `@keelson/apimachinery` writes by hand, since its own code works on them; by full schema name. */
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const HAND_WRITTEN: readonly string[] = [
  'APIGroup',
  'APIResource',
  'Condition',
  'DeleteOptions',
  'GroupVersionForDiscovery',
  'LabelSelector',
  'LabelSelectorRequirement',
  'ListMeta',
  'ManagedFieldsEntry',
  'ObjectMeta',
  'OwnerReference',
  'Preconditions',
  'Status',
  'StatusCause',
  'StatusDetails',
].map((name) => `${META}.${name}`);

const SCALARS: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'string',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'number | string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'Record<string, unknown>',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'Record<string, unknown>',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'unknown',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'JSONSchemaProps | JSONSchemaProps[]',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'JSONSchemaProps | boolean',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'JSONSchemaProps | string[]',
};

/** The TypeScript module of one group version: an interface per type, and a typed resource descriptor per resource. */
export function typesModule(file: SchemaFile, files: readonly SchemaFile[]): string {
  const imports = new Imports(file, files);
  const interfaces = Object.entries(file.types)
    .filter(([name]) => !(`${file.package}.${name}` in SCALARS) && !HAND_WRITTEN.includes(`${file.package}.${name}`))
    .map(([name, type]) => interfaceOf(name, type, imports));
  const descriptors = (file.resources ?? [])
    .filter(({ kind }) => file.types[kind] !== undefined)
    .map((resource) => {
      imports.descriptor();
      const { group, version } = file;
      const fields = { group, version, resource: resource.resource, kind: resource.kind, namespaced: resource.scope === 'Namespaced' };
      return `export const ${resource.resource}: Resource<${resource.kind}> = ${JSON.stringify(fields)};`;
    });
  return [imports.text(), ...interfaces, ...descriptors].join('\n\n') + '\n';
}

function interfaceOf(name: string, type: SourceType, imports: Imports): string {
  if (type.fields === undefined) return `export type ${name} = Record<string, unknown>;`;
  const isObject = type.fields['kind'] !== undefined && type.fields['metadata']?.ref?.endsWith('.ObjectMeta') === true;
  const fields = Object.entries(type.fields).map(([field, schema]) => {
    const present = schema.required === true || (isObject && (field === 'metadata' || field === 'spec'));
    return `  ${/^\w+$/.test(field) ? field : `'${field}'`}${present ? '' : '?'}: ${typeOf(schema, imports)};`;
  });
  return `export interface ${name} {\n${fields.join('\n')}\n}`;
}

function typeOf(field: SourceField, imports: Imports): string {
  if (field.ref !== undefined) return imports.reference(field.ref);
  if (field.list !== undefined) return arrayOf(typeOf(field.list, imports));
  if (field.map !== undefined) return `Record<string, ${typeOf(field.map, imports)}>`;
  return field.type === 'integer' ? 'number' : (field.type ?? 'unknown');
}

const arrayOf = (element: string): string => (element.includes(' ') ? `(${element})[]` : `${element}[]`);

/** Collects what a module takes from others while its body is written. */
class Imports {
  readonly #file: SchemaFile;
  readonly #files: readonly SchemaFile[];
  readonly #byModule = new Map<string, Set<string>>();

  constructor(file: SchemaFile, files: readonly SchemaFile[]) {
    this.#file = file;
    this.#files = files;
  }

  descriptor(): void {
    this.#add('@keelson/apimachinery', 'Resource');
  }

  reference(ref: string): string {
    const full = ref.includes('.') ? ref : `${this.#file.package}.${ref}`;
    const scalar = SCALARS[full];
    if (scalar !== undefined) return scalar;
    const short = full.slice(full.lastIndexOf('.') + 1);
    if (HAND_WRITTEN.includes(full)) this.#add('@keelson/apimachinery', short);
    else if (!full.startsWith(`${this.#file.package}.`)) this.#add(this.#modulePath(full), short);
    return short;
  }

  #modulePath(full: string): string {
    const target = this.#files.find(({ package: name }) => full.startsWith(`${name}.`) && !full.slice(name.length + 1).includes('.'));
    if (target === undefined) throw new Error(`the schema has no type ${full}, which ${this.#file.path} refers to`);
    return `../${target.path}`;
  }

  #add(module: string, name: string): void {
    const names = this.#byModule.get(module) ?? new Set();
    this.#byModule.set(module, names.add(name));
  }

  text(): string {
    const lines = [...this.#byModule].sort().map(([module, names]) => `import type { ${[...names].sort().join(', ')} } from '${module}';`);
    return ['// Generated by tools/codegen from libs/api/schema. Not committed; edit the schema instead.', ...lines].join('\n');
  }
}

/** The module that re-exports every group version's names; where two share a name, the first in `files` keeps it. */
export function indexModule(files: readonly SchemaFile[]): string {
  const taken = new Set<string>();
  const fresh = (names: readonly string[]): string[] => names.filter((name) => !taken.has(name) && taken.add(name).has(name));
  const lines = files.flatMap((file) => {
    const types = fresh(
      Object.keys(file.types).filter(
        (name) => !(`${file.package}.${name}` in SCALARS) && !HAND_WRITTEN.includes(`${file.package}.${name}`),
      ),
    );
    const resources = fresh((file.resources ?? []).filter(({ kind }) => file.types[kind] !== undefined).map(({ resource }) => resource));
    return [
      ...(types.length > 0 ? [`export type { ${types.join(', ')} } from './${file.path}';`] : []),
      ...(resources.length > 0 ? [`export { ${resources.join(', ')} } from './${file.path}';`] : []),
    ];
  });
  return lines.join('\n') + '\n';
}
