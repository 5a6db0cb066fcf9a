import type { EndpointSlice, Service } from '@keelson/api';
import { serviceEndpoints } from './service-endpoints';

const ready = { addresses: ['10.244.0.2'], conditions: { ready: true, serving: true, terminating: false } };
const draining = { addresses: ['10.244.0.3'], conditions: { ready: false, serving: true, terminating: true } };
const unready = { addresses: ['10.244.0.4'], conditions: { ready: false, serving: false, terminating: false } };

describe('serviceEndpoints', () => {
  it('takes only ready endpoints while there is one', () => {
    expect(ipsOf(slice([ready, draining, unready]))).toEqual(['10.244.0.2']);
  });

  it('falls back to endpoints that terminate and still serve', () => {
    expect(ipsOf(slice([draining, unready]))).toEqual(['10.244.0.3']);
  });

  it('keeps a Service without endpoints, so that it can be rejected', () => {
    expect(serviceEndpoints([service()], [])).toEqual([{ clusterIP: '10.96.0.7', protocol: 'tcp', port: 80, endpoints: [] }]);
  });

  it('counts an endpoint once that is in two slices', () => {
    expect(ipsOf(slice([ready]), slice([ready]))).toEqual(['10.244.0.2']);
  });

  it.each([
    ['headless', service({ clusterIP: 'None' })],
    ['ExternalName', service({ type: 'ExternalName' })],
    ['of another proxy', service({}, { 'service.kubernetes.io/service-proxy-name': 'other' })],
    ['marked headless', service({}, { 'service.kubernetes.io/headless': '' })],
  ])('skips a Service that is %s', (_, skipped) => {
    expect(serviceEndpoints([skipped], [slice([ready])])).toEqual([]);
  });
});

function ipsOf(...slices: EndpointSlice[]): string[] {
  return serviceEndpoints([service()], slices).flatMap(({ endpoints }) => endpoints.map(({ ip }) => ip));
}

function service(spec: Partial<Service['spec']> = {}, labels: Record<string, string> = {}): Service {
  return {
    metadata: metadata('web', labels),
    spec: { clusterIP: '10.96.0.7', ports: [{ name: 'http', port: 80, protocol: 'TCP' }], ...spec },
  };
}

function slice(endpoints: NonNullable<EndpointSlice['endpoints']>): EndpointSlice {
  return {
    metadata: metadata('web-1', { 'kubernetes.io/service-name': 'web' }),
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints,
  };
}

function metadata(name: string, labels: Record<string, string>): Service['metadata'] {
  return { name, namespace: 'shop', labels, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
}
