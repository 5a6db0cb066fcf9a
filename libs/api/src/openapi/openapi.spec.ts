import { builtInSchemas } from '../schema/built-in-schemas';
import { loadDescriptions } from './load-descriptions';
import { openApiV2 } from './openapi-v2';
import { documentHash, openApiV3, openApiV3Index, type OpenApiSource } from './openapi-v3';

interface Document {
  readonly paths: Record<string, Record<string, Record<string, unknown>>>;
  readonly components: { readonly schemas: Record<string, Definition> };
  readonly definitions: Record<string, Definition>;
}
interface Definition {
  readonly description?: string;
  readonly required?: string[];
  readonly properties: Record<string, Record<string, unknown>>;
}

const schemas = builtInSchemas();
let source: OpenApiSource;
beforeAll(async () => {
  source = { schemas, descriptions: await loadDescriptions(), version: '1.36' };
});

const v3 = (group: string, version: string) => openApiV3(source, group, version) as unknown as Document;
const v2 = () => openApiV2(source) as unknown as Document;

/** Every reference in a document; a type has a field that is called `$ref` too. */
function references(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => (name === '$ref' && typeof value === 'string' ? [value] : references(value)));
}

describe('the OpenAPI v3 document of a group version', () => {
  it('describes its resources’ paths, with what kubectl looks up: kind, action, patch types and the dryRun parameter', () => {
    const { patch } = v3('apps', 'v1').paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']!;
    expect(patch).toMatchObject({
      operationId: 'patchAppsV1NamespacedDeployment',
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
      parameters: expect.arrayContaining([
        { name: 'dryRun', in: 'query', schema: { type: 'string', uniqueItems: true } },
        { name: 'fieldValidation', in: 'query', schema: { type: 'string', uniqueItems: true } },
      ]) as unknown,
    });
    expect(Object.keys((patch!['requestBody'] as { content: object }).content)).toContain('application/strategic-merge-patch+json');
  });

  it('holds every type that it refers to', () => {
    for (const { group, versions } of schemas.groups) {
      const document = v3(group, versions[0]!);
      const missing = references(document).filter((ref) => !(ref.replace('#/components/schemas/', '') in document.components.schemas));
      expect(missing).toEqual([]);
    }
  });

  it('describes fields, with what patch and apply need to know of them', () => {
    const { properties, description } = v3('', 'v1').components.schemas['io.k8s.api.core.v1.PodSpec']!;
    expect(description).toBe('PodSpec is a description of a pod.');
    expect(properties['containers']).toMatchObject({
      type: 'array',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
    });
    expect(properties['dnsPolicy']?.['description']).toMatch(/^Set DNS policy for the pod/);
    const port = v3('', 'v1').components.schemas['io.k8s.api.core.v1.ContainerPort']!;
    expect(port.properties['protocol']).toMatchObject({ type: 'string', default: 'TCP' });
  });

  it('puts a description beside a reference by allOf', () => {
    const { properties } = v3('apps', 'v1').components.schemas['io.k8s.api.apps.v1.Deployment']!;
    expect(properties['spec']).toEqual({ allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec' }] });
  });

  it('names a connection by its method', () => {
    const exec = v3('', 'v1').paths['/api/v1/namespaces/{namespace}/pods/{name}/exec']!;
    expect(exec['get']).toMatchObject({ operationId: 'connectCoreV1GetNamespacedPodExec', 'x-kubernetes-action': 'connect' });
    expect(exec['post']).not.toHaveProperty('requestBody');
  });
});

describe('the OpenAPI v3 index', () => {
  it('points at every group version, with a hash that differs by server version', () => {
    const hash = (version: string) => documentHash({ schemas, version }, 'apps', 'v1');
    const index = openApiV3Index(schemas, (group, version) => documentHash(source, group, version)) as { paths: Record<string, unknown> };
    expect(index.paths['apis/apps/v1']).toEqual({ serverRelativeURL: `/openapi/v3/apis/apps/v1?hash=${hash('1.36')}` });
    expect(index.paths).toHaveProperty(['api/v1']);
    expect(hash('1.36')).not.toBe(hash('1.37'));
  });
});

describe('the OpenAPI v2 document', () => {
  it('is whole: every reference has its definition', () => {
    const document = v2();
    expect(references(document).filter((ref) => !(ref.replace('#/definitions/', '') in document.definitions))).toEqual([]);
    expect(Object.keys(document.definitions).length).toBeGreaterThan(500);
  });

  it('says which fields are required and which kinds a definition is of', () => {
    const { definitions } = v2();
    expect(definitions['io.k8s.api.apps.v1.DeploymentSpec']?.required).toEqual(['selector', 'template']);
    expect(definitions['io.k8s.api.apps.v1.Deployment']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
    });
    expect(definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toMatchObject({ type: 'string', format: 'int-or-string' });
  });
});
