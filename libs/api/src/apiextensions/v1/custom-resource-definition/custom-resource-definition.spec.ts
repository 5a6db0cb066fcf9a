import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from '../../../generated/apiextensions/v1';
import { testOrigin } from '../../../testing/origin';
import { problems, storedMeta } from '../../../testing/problems';
import { customResourceDefinition as kind } from './strategy';

const testVersion = (fields: Partial<CustomResourceDefinitionVersion> = {}): CustomResourceDefinitionVersion => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object' } },
  ...fields,
});
function testDefinition(spec: Partial<CustomResourceDefinitionSpec> = {}): CustomResourceDefinition {
  const names = { plural: 'widgets', kind: 'Widget' };
  const object: CustomResourceDefinition = {
    metadata: storedMeta({ name: 'widgets.example.com' }),
    spec: { group: 'example.com', scope: 'Namespaced', names, versions: [testVersion()], ...spec },
  };
  kind.defaults?.(object);
  kind.prepareForCreate?.(object, testOrigin);
  return object;
}
const on = (spec: Partial<CustomResourceDefinitionSpec>) => problems((path, errors) => kind.validate?.(testDefinition(spec), path, errors));

describe('a CustomResourceDefinition', () => {
  it('has the names that follow from its kind, and remembers what it was stored as', () => {
    const { spec, status } = testDefinition();
    expect(spec.names).toEqual({ plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' });
    expect(spec.conversion).toEqual({ strategy: 'None' });
    expect(status).toEqual({ storedVersions: ['v1'] });
    expect(on({})).toEqual([]);
  });

  it('is named by its plural and group', () => {
    expect(on({ group: 'example', names: { plural: 'Widgets', kind: 'Widget', listKind: 'Widget', shortNames: ['w!'] } })).toEqual([
      'metadata.name: Invalid value: "widgets.example.com": must be spec.names.plural+"."+spec.group',
      'spec.group: Invalid value: "example": should be a domain with at least one dot',
      expect.stringMatching(/^spec.names.plural: Invalid value: "Widgets": a DNS-1035 label/),
      expect.stringMatching(/^spec.names.shortNames\[0\]: Invalid value: "w!"/),
      'spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same',
    ]);
  });

  it('has one stored version, each with a schema of an object', () => {
    expect(on({ versions: [testVersion({ storage: false, schema: {} }), testVersion({ storage: false })] })).toEqual([
      'spec.versions[0].schema.openAPIV3Schema: Required value',
      'spec.versions: Invalid value: ["v1","v1"]: must contain unique version names',
      'spec.versions: Invalid value: ["v1","v1"]: must have exactly one version marked as storage version',
      'status.storedVersions: Invalid value: []: must have at least one stored version',
    ]);
    expect(on({ versions: [testVersion({ schema: { openAPIV3Schema: { type: 'string' } }, deprecationWarning: 'old' })] })).toEqual([
      'spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions',
      'spec.versions[0].schema.openAPIV3Schema.type: Invalid value: "string": must be object at the root',
    ]);
    expect(on({ versions: [testVersion({ deprecated: true, deprecationWarning: 'a\u0007b' })] })).toEqual([
      'spec.versions[0].deprecationWarning: Invalid value: "a\\u0007b": must only contain printable UTF-8 characters; non-printable character found at index 1',
    ]);
  });

  it('is converted by a webhook that says where it is, or not at all', () => {
    expect(on({ conversion: { strategy: 'Webhook' } })).toEqual([
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      'spec.conversion.conversionReviewVersions: Required value',
    ]);
    expect(on({ conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } } })).toEqual([
      'spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook',
    ]);
  });

  it('keeps a version in which objects may still lie', () => {
    const previous = testDefinition();
    const next = testDefinition({ versions: [testVersion({ name: 'v2' })] });
    next.status = { ...previous.status };
    kind.prepareForUpdate?.(next, previous);
    expect(next.status.storedVersions).toEqual(['v1', 'v2']);
    expect(problems((path, errors) => kind.validate?.(next, path, errors))).toEqual([
      expect.stringMatching(
        /^status.storedVersions\[0\]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version/,
      ),
    ]);
  });

  it('keeps its kind and scope once clients have learned of them', () => {
    const previous = testDefinition();
    const next = testDefinition({ scope: 'Cluster' });
    const onUpdate = () => problems((path, errors) => kind.validateUpdate?.(next, previous, path, errors));
    expect(onUpdate()).toEqual([]);
    previous.status = { conditions: [{ type: 'Established', status: 'True' }] };
    expect(onUpdate()).toEqual(['spec.scope: Invalid value: "Cluster": field is immutable']);
  });
});
