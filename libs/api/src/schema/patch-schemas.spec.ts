import { applyStrategicMergePatch, type PatchSchema } from '@keelson/apimachinery';
import { builtInSchemas } from './built-in-schemas';
import { PatchSchemas } from './patch-schemas';

const schemas = builtInSchemas();
const patchSchemas = new PatchSchemas();

const schemaOf = (group: string, kind: string): PatchSchema => patchSchemas.of(schemas.schemaOf({ group, version: 'v1', kind })!);

describe('patch metadata', () => {
  it('merges containers by name, wherever a pod spec stands', () => {
    const template = schemaOf('apps', 'Deployment').field('spec')?.schema?.field('template')?.schema;
    expect(template?.field('spec')?.schema?.field('containers')).toMatchObject({ patchStrategy: 'merge', mergeKey: 'name' });
    expect(template?.field('spec')?.schema).toBe(schemaOf('', 'Pod').field('spec')?.schema);
  });

  it('merges what metadata says is merged', () => {
    const metadata = schemaOf('', 'ConfigMap').field('metadata')?.schema;
    expect(metadata?.field('finalizers')).toEqual({ patchStrategy: 'merge' });
    expect(metadata?.field('ownerReferences')).toMatchObject({ patchStrategy: 'merge', mergeKey: 'uid' });
  });

  it('goes on into the values of a map', () => {
    const props = patchSchemas.of(schemas.typeNamed('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')!);
    expect(props.field('properties')?.schema?.field('any name')?.schema).toBe(props);
  });

  it('does not know fields that are not there', () => {
    expect(schemaOf('', 'Pod').field('nosuch')).toBeUndefined();
  });

  it('makes strategic merge patch replace one container’s image and keep the other container', () => {
    const containers = [
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:1' },
    ];
    const patch = { spec: { containers: [{ name: 'b', image: 'b:2' }] } };
    expect(applyStrategicMergePatch({ spec: { containers } }, patch, schemaOf('', 'Pod'))).toEqual({
      spec: {
        containers: [
          { name: 'a', image: 'a:1' },
          { name: 'b', image: 'b:2' },
        ],
      },
    });
  });
});
