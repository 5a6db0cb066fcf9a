import type { KubernetesObject } from '@keelson/apimachinery';
import { StatusError } from '@keelson/apimachinery';
import { builtInSchemas } from '../schema/built-in-schemas';
import { ProtobufCodec } from '../protobuf/protobuf-codec';
import { MEDIA_TYPES, RequestDecoder, type FieldValidation } from './request-decoder';

const decoder = new RequestDecoder(builtInSchemas());

const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };
const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const POD = { group: '', version: 'v1', kind: 'Pod' };

const asDeployment = (body: string, fieldValidation: FieldValidation = 'Ignore') =>
  decoder.decodeJson<KubernetesObject & { spec: Record<string, never> }>(body, { expected: DEPLOYMENT, fieldValidation });
const asConfigMap = (body: string, fieldValidation: FieldValidation = 'Ignore') =>
  decoder.decodeJson<KubernetesObject>(body, { expected: CONFIG_MAP, fieldValidation });

function messageOf(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'BadRequest') return error.message;
    throw error;
  }
  throw new Error('it decoded');
}

const inPodSpec = (spec: string) => `{"spec":{"template":{"spec":${spec}}}}`;

/** Every message here was read off a kube-apiserver v1.36.3 that got the same body. */
describe('a body of a wrong type', () => {
  it.each([
    ['{"spec":{"replicas":"x"}}', 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['{"spec":{"replicas":1.5}}', 'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32'],
    [
      '{"spec":{"replicas":3000000000}}',
      'json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    ['{"spec":[]}', 'json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec'],
    ['{"metadata":5}', 'json: cannot unmarshal number into Go struct field Deployment.metadata of type v1.ObjectMeta'],
    [
      inPodSpec('{"containers":[{"image":5}]}'),
      'json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.image of type string',
    ],
    [
      inPodSpec('{"containers":{}}'),
      'json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
    ],
    [
      inPodSpec('{"containers":[5]}'),
      'json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.containers of type v1.Container',
    ],
    [
      inPodSpec('{"dnsPolicy":5}'),
      'json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.dnsPolicy of type v1.DNSPolicy',
    ],
    [
      inPodSpec('{"hostNetwork":"true"}'),
      'json: cannot unmarshal string into Go struct field PodSpec.spec.template.spec.hostNetwork of type bool',
    ],
    [
      inPodSpec('{"volumes":[{"hostPath":5}]}'),
      'json: cannot unmarshal number into Go struct field Volume.spec.template.spec.volumes.VolumeSource.hostPath of type v1.HostPathVolumeSource',
    ],
    [
      inPodSpec('{"volumes":[{"hostPath":{"path":true}}]}'),
      'json: cannot unmarshal bool into Go struct field HostPathVolumeSource.spec.template.spec.volumes.VolumeSource.hostPath.path of type string',
    ],
    [
      inPodSpec('{"containers":[{"resources":{"limits":{"cpu":"x"}}}]}'),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":true}}}}',
      'json: cannot unmarshal bool into Go struct field RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32',
    ],
    [
      '{"spec":{"template":{"metadata":{"labels":{"a":null,"b":5}}}}}',
      'json: cannot unmarshal number into Go struct field ObjectMeta.spec.template.metadata.labels of type string',
    ],
    ['{"metadata":{"creationTimestamp":"x"}}', 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
    [
      '{"metadata":{"creationTimestamp":5}}',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
    ],
    ['{"metadata":{"creationTimestamp":"2024-02-30T00:00:00Z"}}', 'parsing time "2024-02-30T00:00:00Z": day out of range'],
  ])('%s', (body, expected) => {
    expect(messageOf(() => asDeployment(body))).toBe(`Deployment in version "v1" cannot be handled as a Deployment: ${expected}`);
  });

  it.each([
    ['{"data":{"a":5}}', 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    ['{"data":[]}', 'json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string'],
    ['{"data":"x"}', 'json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string'],
    ['{"binaryData":{"a":"!!!"}}', 'illegal base64 data at input byte 0'],
    ['{"kind":"Service","apiVersion":"v1"}', 'converting (v1.Service) to (core.ConfigMap): unknown conversion'],
    [
      '{"kind":"ConfigMap","apiVersion":"apps/v1"}',
      'no kind "ConfigMap" is registered for version "apps/v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
  ])('%s', (body, expected) => {
    expect(messageOf(() => asConfigMap(body))).toMatch(/^\w+ in version "v1" cannot be handled as a ConfigMap: /);
    expect(messageOf(() => asConfigMap(body))).toContain(`: ${expected}`);
  });
});

describe('a body that says not what it is', () => {
  const IDENTITY = String.raw`Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

  it.each([
    ['[]', `couldn't get version/kind; json parse error: json: cannot unmarshal array into ${IDENTITY} (5b5d)`],
    ['"x"', `couldn't get version/kind; json parse error: json: cannot unmarshal string into ${IDENTITY} (227822)`],
    ['', "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"],
    ['{', "couldn't get version/kind; json parse error: unexpected end of JSON input ({)"],
    ['{"a":tru}', `couldn't get version/kind; json parse error: invalid character '}' in literal true (expecting 'e') ({"a":tru})`],
    ['{}{}', "couldn't get version/kind; json parse error: invalid character '{' after top-level value ({}{})"],
    [
      '{"kind":5}',
      `couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({"kind":5})`,
    ],
    ['{"kind":"ConfigMap","apiVersion":"a/b/c"}', 'unexpected GroupVersion string: a/b/c ({"kind":"ConfigMap","apiVersio ...)'],
  ])('%s', (body, expected) => {
    expect(messageOf(() => asConfigMap(body))).toBe(`the object provided is unrecognized (must be of type ConfigMap): ${expected}`);
  });

  it('is taken for what the URL calls for if it names no kind', () => {
    expect(asConfigMap('{"metadata":{"name":"a"}}').object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
  });

  it('is an empty object if it is null', () => {
    expect(asConfigMap('null').object).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', metadata: {} });
  });

  it('may name the options of any group version, as client-go does', () => {
    const expected = { group: '', version: 'v1', kind: 'DeleteOptions' };
    const body = '{"kind":"DeleteOptions","apiVersion":"apps/v1","gracePeriodSeconds":0,"propagationPolicy":"Foreground"}';
    const { object } = decoder.decodeJson(body, { expected, fieldValidation: 'Strict' });
    expect(object).toEqual({ kind: 'DeleteOptions', apiVersion: 'apps/v1', gracePeriodSeconds: 0, propagationPolicy: 'Foreground' });
  });

  it('is refused if it is of another version of its group', () => {
    const expected = { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' };
    const body = '{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v1"}';
    expect(messageOf(() => decoder.decodeJson(body, { expected, fieldValidation: 'Ignore' }))).toBe(
      'the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)',
    );
  });
});

describe('a body that nests without end', () => {
  it('is refused, where it is unknown and where it is known', () => {
    const lists = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(messageOf(() => asConfigMap(`{"foo":${lists}}`, 'Warn'))).toContain('exceeded max depth');
    const not = '{"not":'.repeat(50_000) + '{}' + '}'.repeat(50_000);
    const body = `{"spec":{"versions":[{"schema":{"openAPIV3Schema":${not}}}]}}`;
    const expected = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' };
    expect(messageOf(() => decoder.decodeJson(body, { expected, fieldValidation: 'Ignore' }))).toContain('exceeded max depth');
  });
});

describe('unknown and duplicate fields', () => {
  const body =
    '{"spec":{"foo":1,"template":{"spec":{"containers":[{"foo":1,"name":"a","name":"b","resources":{"limits":{"x":"1","x":"2"}}}]}}}}';
  const errors = [
    'unknown field "spec.foo"',
    'unknown field "spec.template.spec.containers[0].foo"',
    'duplicate field "spec.template.spec.containers[0].name"',
    'duplicate field "spec.template.spec.containers[0].resources.limits.x"',
  ];

  it('fail a strict request', () => {
    const message = `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${errors.join(', ')}`;
    expect(messageOf(() => asDeployment(body, 'Strict'))).toBe(message);
  });

  it('warn a client that wants to be warned, and are dropped', () => {
    const { object, warnings } = asDeployment(body, 'Warn');
    expect(warnings).toEqual(errors);
    expect(JSON.stringify(object)).not.toContain('foo');
  });

  it('are dropped in silence otherwise', () => {
    expect(asDeployment(body).warnings).toEqual([]);
  });

  it('are not looked for inside an unknown field', () => {
    expect(asConfigMap('{"foo":{"a":1,"a":2}}', 'Warn').warnings).toEqual(['unknown field "foo"']);
  });

  it('are found behind strings that look like names', () => {
    const { warnings } = asConfigMap(String.raw`{"data":{"a":"\\\": ","b":"x\\"},"data":{}}`, 'Warn');
    expect(warnings).toEqual(['duplicate field "data"']);
  });

  it('cannot reach the prototype of an object', () => {
    const { object } = asConfigMap('{"__proto__":{"polluted":true},"data":{"__proto__":"kept"}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(JSON.stringify(object)).toContain('"data":{"__proto__":"kept"}');
  });
});

describe('what decoding normalises', () => {
  it('drops nulls, and the zero values that mean absent', () => {
    const { object } = asDeployment(
      '{"metadata":{"name":"a","labels":{},"creationTimestamp":null},"spec":{"replicas":0,"paused":false,"minReadySeconds":0}}',
    );
    expect(object.metadata).toEqual({ name: 'a' });
    expect(Object.keys(object.spec).sort()).toEqual(['replicas', 'strategy', 'template']);
  });

  it('fills in the zero values that Go writes', () => {
    const { object } = asDeployment('{}');
    expect(object).toEqual({
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: {},
      spec: { template: { metadata: {}, spec: { containers: [] } }, strategy: {} },
      status: {},
    });
  });

  it('makes a null in a list or a map the zero value of its type', () => {
    const { object } = asDeployment(inPodSpec('{"containers":[null],"nodeSelector":{"a":null}}'));
    expect(object.spec).toMatchObject({
      template: { spec: { containers: [{ name: '', resources: {} }], nodeSelector: { a: '' } } },
    });
  });

  it('writes times in UTC and whole seconds', () => {
    const { object } = asDeployment('{"metadata":{"name":"a","creationTimestamp":"2024-02-29T23:30:00.75-01:00"}}');
    expect(object.metadata.creationTimestamp).toBe('2024-03-01T00:30:00Z');
  });

  it('writes quantities in canonical form', () => {
    const limits = '{"cpu":"1000m","memory":"1024Mi","pods":5,"storage":"0.5Gi"}';
    const { object } = asDeployment(inPodSpec(`{"containers":[{"resources":{"limits":${limits}}}]}`));
    const canonical = { cpu: '1', memory: '1Gi', pods: '5', storage: '512Mi' };
    expect(object.spec).toMatchObject({ template: { spec: { containers: [{ resources: { limits: canonical } }] } } });
  });

  it('keeps what is free-form as it is', () => {
    const fields = { 'f:spec': { 'k:{"a":null}': null, x: [] } };
    const body = JSON.stringify({ metadata: { managedFields: [{ fieldsV1: fields }] } });
    expect(asConfigMap(body).object.metadata.managedFields).toEqual([{ fieldsV1: fields }]);
  });
});

describe('a YAML body', () => {
  const fromYaml = (body: string, fieldValidation: FieldValidation = 'Ignore') =>
    decoder.decodeYaml<KubernetesObject & { spec: Record<string, unknown> }>(body, { expected: DEPLOYMENT, fieldValidation });

  it('is decoded as the JSON that it stands for', () => {
    const body = 'metadata:\n  name: web\nspec:\n  replicas: 2\n  paused: yes\n';
    expect(fromYaml(body).object).toMatchObject({ metadata: { name: 'web' }, spec: { replicas: 2, paused: true } });
  });

  it('reads octal numbers and leaves dates text, as YAML 1.1 of Kubernetes does', () => {
    const body = 'spec:\n  volumes:\n  - name: 2024-01-01\n    configMap: {name: 1:30, defaultMode: 0644}\n';
    const { object } = decoder.decodeYaml<KubernetesObject & { spec: unknown }>(body, { expected: POD, fieldValidation: 'Ignore' });
    expect(object.spec).toMatchObject({ volumes: [{ name: '2024-01-01', configMap: { name: '1:30', defaultMode: 420 } }] });
  });

  it('reports a name given twice with its line', () => {
    const body = 'spec:\n  replicas: 1\n  replicas: 2\n  foo: 1\n';
    expect(messageOf(() => fromYaml(body, 'Strict'))).toBe(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: yaml: unmarshal errors:\n' +
        '  line 3: key "replicas" already set in map, unknown field "spec.foo"',
    );
    expect(fromYaml(body).object.spec['replicas']).toBe(2);
  });

  it('is refused if it is broken', () => {
    expect(messageOf(() => fromYaml('spec: [\n'))).toMatch(
      /^the object provided is unrecognized \(must be of type Deployment\): yaml: line \d: .* \(737065633a205b0a\)$/s,
    );
  });

  it('does not unfold aliases without end', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((n, i) => `${n}: &${n} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
    ];
    expect(messageOf(() => fromYaml(bomb.join('\n')))).toContain('yaml: document contains excessive aliasing');
  });
});

describe('a protobuf body', () => {
  const CODEC = new ProtobufCodec(builtInSchemas());
  const decode = (body: Uint8Array) => decoder.decode(body, MEDIA_TYPES.protobuf, { expected: CONFIG_MAP, fieldValidation: 'Strict' });

  it('is decoded to the object that JSON would be', () => {
    const body = CODEC.encodeBody({ metadata: { name: 'a' }, data: { b: 'c' } }, CONFIG_MAP);
    expect(decode(body).object).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { b: 'c' } });
  });

  it('is refused if it is of another kind', () => {
    const body = CODEC.encodeBody({ metadata: { name: 'a' } }, POD);
    expect(messageOf(() => decode(body))).toBe(
      'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
    );
  });

  it('is refused if it is no envelope', () => {
    expect(messageOf(() => decode(Buffer.from('junk')))).toBe(
      'the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, ' +
        'expected prefix [107 56 115 0] (6a756e6b)',
    );
  });
});

it('a body of an unknown media type is refused with the list of known ones', () => {
  const request = { expected: CONFIG_MAP, fieldValidation: 'Ignore' } as const;
  expect(() => decoder.decode(Buffer.from('x'), 'text/plain', request)).toThrow(
    'the body of the request was in an unknown format - accepted media types include: ' +
      'application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
});
