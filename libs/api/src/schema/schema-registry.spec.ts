import { builtInSchemas } from './built-in-schemas';
import type { FieldSchema, TypeSchema, ValueSchema } from './type-schema';

const schemas = builtInSchemas();

function fieldOf(type: TypeSchema | undefined, name: string): FieldSchema {
  const field = type?.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`${type?.name ?? 'no type'} has no field ${name}`);
  return field;
}

/** Every type that can be reached from a value, itself included. */
function reach(value: ValueSchema, seen: Set<TypeSchema>): void {
  if (value.type === 'list') reach(value.items, seen);
  else if (value.type === 'map') reach(value.values, seen);
  else if ((value.type === 'struct' || value.type === 'schemaOr') && !seen.has(value.struct)) {
    seen.add(value.struct);
    for (const field of value.struct.fields) reach(field.value, seen);
  }
}

describe('the registry of the built-in API', () => {
  it('has a schema, and one for the list, for every kind that a resource serves', () => {
    const missing = schemas.servedResources.flatMap(({ group, version, kind, verbs }) =>
      [kind, ...(verbs.includes('list') ? [`${kind}List`] : [])]
        .filter((name) => schemas.schemaOf({ group, version, kind: name }) === undefined)
        .map((name) => `${group}/${version} ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('has a schema for every subresource, of whichever group its kind is', () => {
    const missing = schemas.servedResources
      .flatMap(({ resource, subresources }) => subresources.map(({ name, kind }) => ({ path: `${resource}/${name}`, kind })))
      .filter(({ kind }) => schemas.schemaOf(kind) === undefined);
    expect(missing).toEqual([]);
  });

  it('can build every type, and every field has exactly one number in its message', () => {
    const seen = new Set<TypeSchema>();
    for (const { group, version, kind } of schemas.servedResources) {
      const struct = schemas.schemaOf({ group, version, kind })!;
      reach({ type: 'struct', struct, goType: '' }, seen);
    }
    expect(seen.size).toBeGreaterThan(450);
    for (const type of seen) {
      const numbers = type.fields.flatMap(({ number, within }) =>
        number === undefined ? [] : [[...within.map((struct) => struct.number), number].join('.')],
      );
      expect([type.name, new Set(numbers).size]).toEqual([type.name, numbers.length]);
    }
  });

  it('gives the same object for the same type, so that what is compiled for it can be kept', () => {
    const pod = schemas.schemaOf({ group: '', version: 'v1', kind: 'Pod' });
    expect(schemas.schemaOf({ group: '', version: 'v1', kind: 'Pod' })).toBe(pod);
    expect(fieldOf(pod, 'spec').value).toMatchObject({ struct: schemas.typeNamed('io.k8s.api.core.v1.PodSpec') });
  });

  it('knows when a field is there', () => {
    const spec = schemas.typeNamed('io.k8s.api.apps.v1.DeploymentSpec');
    expect(fieldOf(spec, 'replicas').presence).toBe('pointer');
    expect(fieldOf(spec, 'paused').presence).toBe('omitEmpty');
    expect(fieldOf(spec, 'template').presence).toBe('always');
    expect(fieldOf(spec, 'selector')).toMatchObject({ presence: 'pointer', required: true });
  });

  it('knows by which messages an inlined field travels', () => {
    const rule = schemas.typeNamed('io.k8s.api.admissionregistration.v1.NamedRuleWithOperations');
    expect(fieldOf(rule, 'apiGroups').within).toEqual([
      { name: 'RuleWithOperations', number: 2 },
      { name: 'Rule', number: 2 },
    ]);
  });

  it('registers options with every group version, and Status with v1 alone', () => {
    expect(schemas.schemaOf({ group: 'policy', version: 'v1', kind: 'DeleteOptions' })?.shortName).toBe('DeleteOptions');
    expect(schemas.schemaOf({ group: '', version: 'v1', kind: 'Status' })?.shortName).toBe('Status');
    expect(schemas.schemaOf({ group: 'apps', version: 'v1', kind: 'Status' })).toBeUndefined();
  });

  it('does not take part of an object for a kind', () => {
    expect(schemas.schemaOf({ group: '', version: 'v1', kind: 'PodSpec' })).toBeUndefined();
    expect(schemas.schemaOf({ group: 'apps', version: 'v2', kind: 'Deployment' })).toBeUndefined();
  });
});
