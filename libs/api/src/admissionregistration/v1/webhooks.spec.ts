import type { MutatingWebhook, MutatingWebhookConfiguration } from '../../generated/admissionregistration/v1';
import { testOrigin } from '../../testing/origin';
import { problems, storedMeta } from '../../testing/problems';
import { mutatingWebhookConfiguration as kind } from './mutating-webhook-configuration/strategy';

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
const testWebhook = (fields: Partial<MutatingWebhook> = {}): MutatingWebhook => ({
  name: 'pods.example.com',
  admissionReviewVersions: ['v1'],
  clientConfig: { service: { name: 'hook', namespace: 'default' } },
  sideEffects: 'None',
  rules: [{ ...rule }],
  ...fields,
});
function testConfiguration(...webhooks: MutatingWebhook[]): MutatingWebhookConfiguration {
  const object: MutatingWebhookConfiguration = { metadata: storedMeta(), webhooks };
  kind.defaults?.(object);
  return object;
}
const onCreate = (...webhooks: Partial<MutatingWebhook>[]) =>
  problems((path, errors) => kind.validateCreate?.(testConfiguration(...webhooks.map(testWebhook)), path, errors));

describe('a configuration of webhooks', () => {
  it('has webhooks that refuse if they fail, and wait for ten seconds, unless they say otherwise', () => {
    const object = testConfiguration(testWebhook());
    kind.prepareForCreate?.(object, testOrigin);
    expect(object.metadata.generation).toBe(1);
    expect(object.webhooks).toMatchObject([
      {
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        timeoutSeconds: 10,
        reinvocationPolicy: 'Never',
        rules: [{ scope: '*' }],
        clientConfig: { service: { port: 443 } },
      },
    ]);
    expect(onCreate({})).toEqual([]);
  });

  it('says of each webhook under which name and in which versions it is called, each once', () => {
    expect(
      onCreate({ name: 'example.com' }, {}, { admissionReviewVersions: ['v2', 'v2'], sideEffects: 'Some', timeoutSeconds: 31 }),
    ).toEqual([
      'webhooks[0].name: Invalid value: "example.com": should be a domain with at least three segments separated by dots',
      'webhooks[2].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
      'webhooks[2].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
      'webhooks[2].admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
      'webhooks[2].admissionReviewVersions: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1',
      'webhooks[2].name: Duplicate value: "pods.example.com"',
    ]);
  });

  it('calls a Service, or an https URL of nothing but host and path', () => {
    const on = (clientConfig: MutatingWebhook['clientConfig']) =>
      onCreate({ clientConfig }).map((problem) => problem.replace(/^webhooks\[0\].clientConfig/, ''));
    expect(on({})).toEqual([': Required value: exactly one of url or service is required']);
    expect(on({ url: 'https://a.example.com/b' })).toEqual([]);
    expect(on({ url: 'http://me@a/?x#y' })).toEqual([
      '.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      '.url: Invalid value: "me": user information is not permitted in the URL',
      '.url: Invalid value: "y": fragments are not permitted in the URL',
      '.url: Invalid value: "x": query parameters are not permitted in the URL',
    ]);
    expect(on({ service: { name: 'a', namespace: 'b', path: '/x//y' } })).toEqual([
      '.service.path: Invalid value: "/x//y": segment[1] may not be empty',
    ]);
  });

  it('has rules in which a wildcard stands alone', () => {
    const on = (fields: object) =>
      onCreate({ rules: [{ ...rule, ...fields }] }).map((problem) => problem.replace(/^webhooks\[0\].rules\[0\]./, ''));
    expect(on({ resources: ['*', 'pods/*'] })).toEqual([]);
    expect(on({ resources: ['*', 'pods'] })[0]).toContain("if '*' is present, must not specify other resources without subresources");
    expect(on({ resources: ['pods/*', 'pods/log'] })).toEqual([
      'resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
    ]);
    expect(on({ operations: ['*', 'PATCH'], apiGroups: [] })).toEqual([
      'operations: Invalid value: ["*","PATCH"]: if \'*\' is present, must not specify other operations',
      'operations[1]: Unsupported value: "PATCH": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
      'apiGroups: Required value',
    ]);
  });

  it('keeps side effects and versions that were allowed once', () => {
    const old = testConfiguration(testWebhook({ sideEffects: 'Unknown', admissionReviewVersions: ['v9'] }));
    expect(problems((path, errors) => kind.validateCreate?.(old, path, errors))).toHaveLength(2);
    expect(problems((path, errors) => kind.validateUpdate?.(old, old, path, errors))).toEqual([]);
  });
});
