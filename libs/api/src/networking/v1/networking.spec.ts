import type { Ingress, IngressBackend, IngressClass, IngressSpec, NetworkPolicy, NetworkPolicySpec } from '../../generated/networking/v1';
import { problems, storedMeta } from '../../testing/problems';
import { ingressClass } from './ingress-class/strategy';
import { ingress } from './ingress/strategy';
import { ipAddressKind } from './ip-address/strategy';
import { networkPolicy } from './network-policy/strategy';

describe('an Ingress', () => {
  const backend: IngressBackend = { service: { name: 'web', port: { number: 80 } } };
  const testIngress = (spec: IngressSpec, annotations: Record<string, string> = {}): Ingress => ({
    metadata: storedMeta({ annotations }),
    spec,
  });
  const onCreate = (spec: IngressSpec) => problems((path, errors) => ingress.validateCreate?.(testIngress(spec), path, errors));
  const onPath = (text: string, pathType = 'Prefix') =>
    onCreate({ rules: [{ http: { paths: [{ backend, path: text, pathType }] } }] }).map((problem) => problem.replace(/^spec.*path: /, ''));

  it('leads somewhere', () => {
    expect(onCreate({ defaultBackend: backend })).toEqual([]);
    expect(onCreate({})).toEqual(['spec: Invalid value: []: either `defaultBackend` or `rules` must be specified']);
    expect(onCreate({ rules: [{ host: 'a.example.com', http: { paths: [] } }] })).toEqual(['spec.rules[0].http.paths: Required value']);
    expect(onCreate({ defaultBackend: {} })).toEqual(['spec.defaultBackend: Invalid value: "": resource or service backend is required']);
    expect(onCreate({ defaultBackend: { service: { name: 'web', port: { name: 'http', number: 80 } } } })).toEqual([
      'spec.defaultBackend: Invalid value: "": cannot set both port name & port number',
    ]);
    expect(onCreate({ defaultBackend: { resource: { kind: '', name: 'a/b' } } })).toEqual([
      'spec.defaultBackend.resource.kind: Required value',
      'spec.defaultBackend.resource.name: Invalid value: "a/b": may not contain \'/\'',
    ]);
  });

  it('matches names of hosts, of which the first label may be a wildcard', () => {
    const onHost = (host: string) => onCreate({ defaultBackend: backend, rules: [{ host }], tls: [{ hosts: ['*.example.com'] }] });
    expect(onHost('*.example.com')).toEqual([]);
    expect(onHost('1.2.3.4')).toEqual(['spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address']);
    expect(onHost('a.*.com')[0]).toContain("a wildcard DNS-1123 subdomain must start with '*.'");
  });

  it('takes no path that could be read as another', () => {
    expect(onPath('/a')).toEqual([]);
    expect(onPath('a')).toEqual(['Invalid value: "a": must be an absolute path']);
    expect(onPath('/a/../b')).toEqual(['Invalid value: "/a/../b": must not contain \'/../\'']);
    expect(onPath('/a%2Fb/..')).toEqual([
      'Invalid value: "/a%2Fb/..": must not contain \'%2F\'',
      'Invalid value: "/a%2Fb/..": cannot end with \'/..\'',
    ]);
    expect(onPath('/a/../b', 'ImplementationSpecific')).toEqual([]);
    expect(onPath('', 'ImplementationSpecific')).toEqual([]);
  });

  it('names its class once, and is warned of the old way', () => {
    const annotated = (spec: IngressSpec) => testIngress({ defaultBackend: backend, ...spec }, { 'kubernetes.io/ingress.class': 'old' });
    expect(problems((path, errors) => ingress.validateCreate?.(annotated({ ingressClassName: 'new' }), path, errors))).toEqual([
      'annotations.kubernetes.io/ingress.class: Invalid value: "old": must match `ingressClassName` when both are specified',
    ]);
    expect(ingress.warnings?.(annotated({}), undefined)).toEqual([
      'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead',
    ]);
  });

  it('keeps the malformed name of a Secret that it has', () => {
    const old = testIngress({ defaultBackend: backend, tls: [{ secretName: 'A_b' }] });
    expect(problems((path, errors) => ingress.validateUpdate?.(old, old, path, errors))).toEqual([]);
    expect(problems((path, errors) => ingress.validateCreate?.(old, path, errors))).toHaveLength(1);
  });
});

describe('an IngressClass', () => {
  const testClass = (spec: IngressClass['spec']): IngressClass => {
    const object: IngressClass = { metadata: storedMeta(), spec };
    ingressClass.defaults?.(object);
    return object;
  };
  const on = (spec: IngressClass['spec']) => problems((path, errors) => ingressClass.validate?.(testClass(spec), path, errors));

  it('has a controller in some domain for good', () => {
    expect(on({ controller: 'example.com/c' })).toEqual([]);
    expect(on({ controller: 'example' })).toEqual([
      'spec.controller: Invalid value: "example": must be a domain-prefixed path (such as "acme.io/foo")',
    ]);
    const [next, old] = [testClass({ controller: 'a.b/c' }), testClass({ controller: 'a.b/d' })];
    expect(problems((path, errors) => ingressClass.validateUpdate?.(next, old, path, errors))).toEqual([
      'spec.controller: Invalid value: "a.b/c": field is immutable',
    ]);
  });

  it('has parameters of the cluster unless it names a namespace', () => {
    const parameters = { kind: 'Parameters', name: 'p' };
    expect(testClass({ parameters }).spec.parameters?.scope).toBe('Cluster');
    expect(on({ controller: 'a.b/c', parameters: { ...parameters, namespace: 'default' } })).toEqual([
      "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
    ]);
    expect(on({ controller: 'a.b/c', parameters: { ...parameters, scope: 'Namespace' } })).toEqual([
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ]);
  });
});

describe('a NetworkPolicy', () => {
  const testPolicy = (spec: NetworkPolicySpec): NetworkPolicy => {
    const object: NetworkPolicy = { metadata: storedMeta(), spec };
    networkPolicy.defaults?.(object);
    return object;
  };
  const onCreate = (spec: NetworkPolicySpec) => problems((path, errors) => networkPolicy.validateCreate?.(testPolicy(spec), path, errors));

  it('is about what comes in, and about what goes out if it says so', () => {
    expect(testPolicy({ podSelector: {}, policyTypes: [] }).spec.policyTypes).toEqual(['Ingress']);
    expect(testPolicy({ podSelector: {}, egress: [{ ports: [{ port: 53 }] }] }).spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }],
    });
  });

  it('has peers that are selected or a network, less some of its parts', () => {
    const onPeers = (...from: NonNullable<NonNullable<NetworkPolicySpec['ingress']>[number]['from']>) =>
      onCreate({ podSelector: {}, ingress: [{ from }] });
    expect(onPeers({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } })).toEqual([]);
    expect(onPeers({}, { podSelector: {}, ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8', '11.0.0.0/16', 'x'] } })).toEqual([
      'spec.ingress[0].from[0]: Required value: must specify a peer',
      'spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
      'spec.ingress[0].from[1].ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
      'spec.ingress[0].from[1].ipBlock.except[2]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      'spec.ingress[0].from[1]: Forbidden: may not specify both ipBlock and another peer',
    ]);
  });

  it('has ranges of numbered ports only', () => {
    expect(
      onCreate({
        podSelector: {},
        ingress: [{ ports: [{ port: 90, endPort: 80 }, { port: 'http', endPort: 80 }, { endPort: 80 }, { port: 0 }] }],
      }),
    ).toEqual([
      'spec.ingress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`',
      'spec.ingress[0].ports[1].endPort: Invalid value: 80: may not be specified when `port` is non-numeric',
      'spec.ingress[0].ports[2].endPort: Invalid value: 80: may not be specified when `port` is not specified',
      'spec.ingress[0].ports[3].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ]);
  });

  it('keeps a network that was well-formed once', () => {
    const old = testPolicy({ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8' } }] }] });
    expect(problems((path, errors) => networkPolicy.validateCreate?.(old, path, errors))).toHaveLength(1);
    expect(problems((path, errors) => networkPolicy.validateUpdate?.(old, old, path, errors))).toEqual([]);
  });
});

describe('an IPAddress', () => {
  it('belongs to something that a URL can name', () => {
    const on = (parentRef: object) =>
      problems((path, errors) => ipAddressKind.validate?.({ metadata: storedMeta(), spec: { parentRef } } as never, path, errors));
    expect(on({ resource: 'services', namespace: 'default', name: 'web' })).toEqual([]);
    expect(on({ resource: 'a/b', name: '' })).toEqual([
      `spec.parentRef.resource: Invalid value: "a/b": may not contain '/'`,
      'spec.parentRef.name: Required value',
    ]);
    expect(on({ group: 'Bad!', resource: 'services', name: 'web' })[0]).toContain('spec.parentRef.group: Invalid value: "Bad!"');
  });
});
