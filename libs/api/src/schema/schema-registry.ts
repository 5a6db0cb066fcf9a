import { createHash } from 'node:crypto';
import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '@keelson/apimachinery';
import type { SourceFile, SourceResource, SourceSubresource, SourceType } from './schema-source';
import { TypeBuilder } from './type-builder';
import type { ServedGroup, ServedResource, ServedSubresource, TypeSchema } from './type-schema';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Kinds that every group version has beside its own: bodies of requests and answers. They live in `meta.k8s.io/v1`. */
const COMMON_KINDS: readonly string[] = [
  'DeleteOptions',
  'CreateOptions',
  'UpdateOptions',
  'PatchOptions',
  'GetOptions',
  'ListOptions',
  'WatchEvent',
];

/** `Status` and the discovery documents are unversioned: upstream knows them as `v1`. */
const UNVERSIONED_KINDS: readonly string[] = ['Status', 'APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions'];

/** The table that the engine works from: groups as discovery orders them, and each schema file as JSON text by package. */
export interface SchemaTable {
  readonly groups: readonly ServedGroup[];
  readonly packages: Readonly<Record<string, string>>;
}

/**
 * Every type and resource of the built-in API. Files are parsed, and types built, when they are first asked for, so that a process pays
 * only for the groups it meets.
 */
export class SchemaRegistry {
  readonly #table: SchemaTable;
  /** By package; invariant: a file is parsed at most once. */
  readonly #files = new Map<string, SourceFile>();
  readonly #types: TypeBuilder;
  #resources: readonly ServedResource[] | undefined;
  #fingerprint: string | undefined;
  #packageOf: ReadonlyMap<string, string> | undefined;

  constructor(table: SchemaTable) {
    this.#table = table;
    this.#types = new TypeBuilder((name) => this.#sourceType(name));
  }

  /** Groups in the order of discovery, the core group (`''`) first. */
  get groups(): readonly ServedGroup[] {
    return this.#table.groups;
  }

  /** Changes whenever anything in the table does; what is derived from the table may carry it as its version. */
  get fingerprint(): string {
    this.#fingerprint ??= createHash('sha256').update(JSON.stringify(this.#table)).digest('hex');
    return this.#fingerprint;
  }

  /** Every resource that is served, by group as in {@link groups}, then by name. */
  get servedResources(): readonly ServedResource[] {
    this.#resources ??= this.groups.flatMap(({ group, versions }) =>
      versions.flatMap((version) => (this.#fileOf(group, version)?.resources ?? []).map((r) => servedResource(group, version, r))),
    );
    return this.#resources;
  }

  /** The resource of a URL, or `undefined` if no built-in one is served there. */
  resource(group: string, version: string, resource: string): ServedResource | undefined {
    return this.servedResources.find((served) => served.resource === resource && served.group === group && served.version === version);
  }

  /**
   * The schema of a kind: objects, lists (`PodList`), and what every group version knows (`DeleteOptions`, `Status`).
   * @returns `undefined` if the kind is not registered in that group version
   */
  schemaOf({ group, version, kind }: GroupVersionKind): TypeSchema | undefined {
    const own = this.#fileOf(group, version);
    const ownType = own?.types[kind];
    if (own !== undefined && ownType?.kind !== undefined) return this.#types.type(`${own.package}.${kind}`);
    const common =
      (own !== undefined && COMMON_KINDS.includes(kind)) || (group === '' && version === 'v1' && UNVERSIONED_KINDS.includes(kind));
    return common || (group === 'meta.k8s.io' && version === 'v1') ? this.#metaType(kind) : undefined;
  }

  /** A type by its full name, such as `io.k8s.api.core.v1.PodSpec`; `undefined` if there is none, or it is no object. */
  typeNamed(name: string): TypeSchema | undefined {
    return this.#sourceType(name)?.fields === undefined ? undefined : this.#types.type(name);
  }

  /** The full names of all types, by package; OpenAPI describes them all. */
  typeNames(): readonly string[] {
    return Object.keys(this.#table.packages).flatMap((name) => Object.keys(this.#file(name)?.types ?? {}).map((type) => `${name}.${type}`));
  }

  /** The kind, if any, that a type is the schema of. */
  kindOf(typeName: string): GroupVersionKind | undefined {
    const file = this.#file(packageOf(typeName));
    const kind = this.#sourceType(typeName)?.kind;
    if (file?.version === undefined || kind === undefined) return undefined;
    return { group: file.group ?? '', version: file.version, kind };
  }

  /** What the table states of a type, for those who describe rather than decode (OpenAPI). */
  sourceType(name: string): SourceType | undefined {
    return this.#sourceType(name);
  }

  #metaType(kind: string): TypeSchema | undefined {
    return this.#sourceType(`${META}.${kind}`)?.kind === undefined ? undefined : this.#types.type(`${META}.${kind}`);
  }

  #fileOf(group: string, version: string): SourceFile | undefined {
    this.#packageOf ??= new Map(
      Object.entries(this.#table.packages).flatMap(([name, text]) => {
        const groupVersion = groupVersionIn(text);
        return groupVersion === undefined ? [] : [[groupVersion, name] as const];
      }),
    );
    const name = this.#packageOf.get(apiVersionOf({ group, version }));
    return name === undefined ? undefined : this.#file(name);
  }

  #file(name: string): SourceFile | undefined {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const text = this.#table.packages[name];
    if (text === undefined) return undefined;
    const file = JSON.parse(text) as SourceFile;
    this.#files.set(name, file);
    return file;
  }

  #sourceType(name: string): SourceType | undefined {
    return this.#file(packageOf(name))?.types[name.slice(name.lastIndexOf('.') + 1)];
  }
}

const packageOf = (typeName: string): string => typeName.slice(0, typeName.lastIndexOf('.'));

/** Reads group and version off the head of a file, so that finding a file does not mean parsing all. */
function groupVersionIn(text: string): string | undefined {
  const head = /^\{"package":"[^"]*","group":"([^"]*)","version":"([^"]*)"/.exec(text);
  if (head === null) return undefined;
  return apiVersionOf({ group: head[1] ?? '', version: head[2] ?? '' });
}

function servedResource(group: string, version: string, source: SourceResource): ServedResource {
  return {
    group,
    version,
    resource: source.resource,
    kind: source.kind,
    singular: source.singular,
    storageVersion: parseApiVersion(source.storageVersion ?? apiVersionOf({ group, version })),
    namespaced: source.scope === 'Namespaced',
    verbs: source.verbs,
    shortNames: source.shortNames ?? [],
    categories: source.categories ?? [],
    subresources: (source.subresources ?? []).map((subresource) => servedSubresource(group, version, subresource)),
  };
}

function servedSubresource(group: string, version: string, source: SourceSubresource): ServedSubresource {
  const kind = { group: source.kindGroup ?? group, version: source.kindVersion ?? version, kind: source.kind };
  return { name: source.name, kind, verbs: source.verbs };
}
