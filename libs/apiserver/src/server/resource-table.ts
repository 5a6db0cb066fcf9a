import { apiVersionOf, type KubernetesObject, type Resource } from '@keelson/apimachinery';
import {
  zeroField,
  type KindDefinition,
  type KindRules,
  type SchemaRegistry,
  type ServedResource as SchemaResource,
  type VersionValidation,
} from '@keelson/api/server';
import type { ServedResource } from '../endpoints/served-resource';
import type { VersionConversion } from '../negotiation/encoded-resource';
import { fieldLabels } from '../endpoints/field-labels';
import { resourceKey } from '../endpoints/api-endpoint';
import { ObjectRegistry, type ObjectRegistryDeps } from '../registry/object-registry';
import { refusingPrivileged } from '../registry/privileged-containers';
import type { RegisteredKind } from '../registry/registered-kind';
import { selectionReader } from '../registry/selectable-fields';
import type { CachedResource } from '../watch-cache/resource-cache';
import { StoredJson } from '../watch-cache/stored-json';

/** A resource that is served in a version which is stored in another one. */
export interface ConvertedVersion {
  readonly resource: Resource;
  readonly storedAs: Resource;
  readonly conversion: VersionConversion;
  readonly fieldNames?: ReadonlyMap<string, string>;
  readonly validation?: VersionValidation<KubernetesObject>;
}

/** A stored resource before its cache and registry are there. */
export interface PlannedResource {
  readonly kind: RegisteredKind;
  readonly cached: CachedResource;
  readonly verbs: ReadonlySet<string>;
}

export interface ResourcePlanOptions {
  readonly schemas: SchemaRegistry;
  readonly kinds: readonly KindDefinition[];
  readonly conversions: readonly ConvertedVersion[];
  readonly encode: (object: KubernetesObject) => Buffer;
  /** Brings a stored value in a foreign encoding (protobuf) into ours. */
  readonly convert: (value: Uint8Array, stored: Resource) => Uint8Array;
  /** Resources that are answered without being stored; they have no registry. By {@link resourceKey}. */
  readonly virtual: ReadonlySet<string>;
  /** Resources whose delete answers with the object. By plural name. */
  readonly returnsDeleted: ReadonlySet<string>;
  /** How long the store keeps objects of the kinds that expire, 0 for ever; as the kind says if undefined. */
  readonly timeToLiveSeconds: number | undefined;
  readonly allowsPrivileged: boolean;
}

const NO_RULES: KindRules<KubernetesObject> = {};

/** Puts together, for every resource the schema serves and stores, what its cache and its registry need. */
export function planResources(options: ResourcePlanOptions): readonly PlannedResource[] {
  const converted = new Set(options.conversions.map(({ resource }) => resourceKey(resource)));
  return options.schemas.servedResources
    .filter((served) => !converted.has(resourceKey(served)) && !options.virtual.has(resourceKey(served)))
    .map((served) => plan(served, options));
}

function plan(served: SchemaResource, options: ResourcePlanOptions): PlannedResource {
  const resource: Resource = {
    group: served.group,
    version: served.version,
    resource: served.resource,
    kind: served.kind,
    namespaced: served.namespaced,
  };
  const declared = options.kinds.find((kind) => resourceKey(kind.resource) === resourceKey(resource)) ?? NO_RULES;
  const permitted = options.allowsPrivileged ? declared : refusingPrivileged(declared);
  const rules = expiring(permitted, options.timeToLiveSeconds);
  const kind: RegisteredKind = {
    resource,
    rules,
    hasStatusSubresource: served.subresources.some(({ name }) => name === 'status'),
    emptyStatus: () => emptyStatus(options.schemas, resource),
    returnsDeletedObject: options.returnsDeleted.has(resource.resource),
    encode: options.encode,
  };
  const cached: CachedResource = {
    prefix: `/registry/${rules.storagePath ?? served.resource}/`,
    namespaced: served.namespaced,
    storedJson: new StoredJson(apiVersionOf(resource), resource.kind),
    indexedFields: 'spec.nodeName' in (rules.selectableFields ?? {}) ? ['spec.nodeName'] : [],
    selectionOf: selectionReader(rules),
    convert: (value) => options.convert(value, resource),
  };
  return { kind, cached, verbs: new Set(served.verbs) };
}

/** A kind whose objects never expire goes on as it is. */
function expiring(rules: KindRules<KubernetesObject>, seconds: number | undefined): KindRules<KubernetesObject> {
  if (rules.timeToLive === undefined || seconds === undefined) return rules;
  return { ...rules, timeToLive: () => (seconds === 0 ? undefined : seconds) };
}

function emptyStatus(schemas: SchemaRegistry, resource: Resource): unknown {
  const type = schemas.schemaOf(resource);
  return type === undefined ? undefined : zeroField(type, 'status');
}

/** The registries of all stored resources, and every resource version that URLs can name. */
export class ResourceTable {
  readonly served: ReadonlyMap<string, ServedResource>;

  constructor(planned: readonly PlannedResource[], conversions: readonly ConvertedVersion[], deps: ObjectRegistryDeps) {
    const served = new Map<string, ServedResource>();
    for (const { cached, kind, verbs } of planned) {
      const registry = new ObjectRegistry(kind, deps.hub.cache(cached.prefix), deps);
      served.set(resourceKey(kind.resource), {
        resource: kind.resource,
        listKind: `${kind.resource.kind}List`,
        registry,
        verbs,
        fieldLabels: fieldLabels(kind.rules, kind.resource),
        conversion: undefined,
        columns: kind.rules.columns,
        storedJson: cached.storedJson,
      });
    }
    for (const { conversion, fieldNames, resource, storedAs, validation } of conversions) {
      const stored = served.get(resourceKey(storedAs));
      if (stored === undefined) continue;
      const labels = fieldLabels(stored.registry.kind.rules, resource, fieldNames);
      served.set(resourceKey(resource), {
        ...stored,
        resource,
        listKind: `${resource.kind}List`,
        fieldLabels: labels,
        conversion,
        validation,
      });
    }
    this.served = served;
  }

  /** @throws Error if there is no such stored resource */
  registry(group: string, version: string, resource: string): ObjectRegistry {
    const found = this.served.get(resourceKey({ group, version, resource }));
    if (found === undefined) throw new Error(`no resource ${resourceKey({ group, version, resource })} is stored`);
    return found.registry;
  }
}
