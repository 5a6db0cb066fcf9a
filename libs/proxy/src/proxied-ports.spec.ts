import type { EndpointSlice, Service } from '@keelson/api';
import { proxiedPorts } from './proxied-ports';

describe('proxiedPorts', () => {
  it('keeps a Service without endpoints, so that it can be rejected', () => {
    expect(portsOf(service())).toMatchObject([{ clusterIP: '10.96.0.7', protocol: 'tcp', port: 80, endpoints: { cluster: [] } }]);
  });

  it('finds the endpoints in IPv4 slices of the same name and namespace', () => {
    const slices = [slice('shop', '10.244.0.2'), slice('other', '10.244.0.3'), { ...slice('shop', 'fd00::2'), addressType: 'IPv6' }];
    const [port] = proxiedPorts([service()], slices, () => true);
    expect(port?.endpoints.cluster).toEqual([{ ip: '10.244.0.2', port: 8080 }]);
  });

  it.each([
    ['headless', service({ clusterIP: 'None', clusterIPs: ['None'] })],
    ['ExternalName', service({ type: 'ExternalName' })],
    ['of IPv6', service({ clusterIP: 'fd00::7', clusterIPs: ['fd00::7'] })],
    ['of another proxy', service({}, { 'service.kubernetes.io/service-proxy-name': 'other' })],
    ['marked headless', service({}, { 'service.kubernetes.io/headless': '' })],
  ])('skips a Service that is %s', (_, skipped) => {
    expect(portsOf(skipped)).toEqual([]);
  });

  it('answers on the IPv4 address of a Service that prefers IPv6', () => {
    expect(portsOf(service({ clusterIP: 'fd00::7', clusterIPs: ['fd00::7', '10.96.0.9'] }))).toMatchObject([{ clusterIP: '10.96.0.9' }]);
  });

  it('takes the addresses of the load balancer that packets arrive with, not those of a balancer that is a proxy', () => {
    const ingress = [
      { ip: '198.51.100.1' },
      { ip: '198.51.100.2', ipMode: 'VIP' },
      { ip: '198.51.100.3', ipMode: 'Proxy' },
      { hostname: 'lb' },
    ];
    const balanced = { ...service({ externalIPs: ['198.51.100.9', 'fd00::9'] }), status: { loadBalancer: { ingress } } };
    expect(portsOf(balanced)).toMatchObject([{ loadBalancerIPs: ['198.51.100.1', '198.51.100.2'], externalIPs: ['198.51.100.9'] }]);
  });

  it.each([
    [
      [' 10.1.2.3/8 ', '192.0.2.0/24', '10.0.0.0/8'],
      ['10.0.0.0/8', '192.0.2.0/24'],
    ],
    [['192.0.2.0/24', '0.0.0.0/0'], undefined],
    [['fd00::/8'], undefined],
  ])('reads the source ranges %j as %j', (loadBalancerSourceRanges, sourceRanges) => {
    expect(portsOf(service({ loadBalancerSourceRanges }))).toMatchObject([{ sourceRanges }]);
  });

  it('asks for a health check port only where the policy of a load balancer is Local', () => {
    const spec = { healthCheckNodePort: 32000, externalTrafficPolicy: 'Local' } as const;
    expect(portsOf(service({ ...spec, type: 'LoadBalancer' }))).toMatchObject([{ healthCheckNodePort: 32000, externalPolicyLocal: true }]);
    expect(portsOf(service({ ...spec, type: 'NodePort' }))).toMatchObject([{ healthCheckNodePort: undefined }]);
  });

  it('keeps a client for three hours if nothing else is said', () => {
    expect(portsOf(service({ sessionAffinity: 'ClientIP' }))).toMatchObject([{ affinitySeconds: 10_800 }]);
    expect(portsOf(service())).toMatchObject([{ affinitySeconds: undefined }]);
  });
});

const portsOf = (of: Service) => proxiedPorts([of], [], () => true);

function service(spec: Partial<Service['spec']> = {}, labels: Record<string, string> = {}): Service {
  return {
    metadata: metadata('web', 'shop', labels),
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.7',
      clusterIPs: ['10.96.0.7'],
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      ...spec,
    },
  };
}

function slice(namespace: string, address: string): EndpointSlice {
  return {
    metadata: metadata('web-1', namespace, { 'kubernetes.io/service-name': 'web' }),
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: [address] }],
  };
}

function metadata(name: string, namespace: string, labels: Record<string, string>): Service['metadata'] {
  return { name, namespace, labels, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
}
