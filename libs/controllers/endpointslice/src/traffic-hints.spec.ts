import type { Endpoint, Service } from '@keelson/api';
import { trafficHints } from './traffic-hints';

const service = (trafficDistribution: string | undefined, annotations: Record<string, string> = {}): Service =>
  ({
    metadata: { name: 'web', annotations },
    spec: { ...(trafficDistribution === undefined ? {} : { trafficDistribution }) },
  }) as unknown as Service;

const endpoint = (of: Partial<Endpoint> = {}): Endpoint => ({
  addresses: ['10.1.0.1'],
  conditions: { ready: true },
  nodeName: 'n',
  zone: 'z',
  ...of,
});

describe('trafficHints', () => {
  it.each([
    ['PreferClose', { forZones: [{ name: 'z' }] }],
    ['PreferSameZone', { forZones: [{ name: 'z' }] }],
    ['PreferSameNode', { forZones: [{ name: 'z' }], forNodes: [{ name: 'n' }] }],
    ['Elsewhere', undefined],
    [undefined, undefined],
  ])('means an endpoint of a service with %s for %j', (distribution, hints) => {
    expect(trafficHints(service(distribution), endpoint())).toEqual(hints);
  });

  it('gives none to an endpoint that is not ready, nor where its place is not known', () => {
    expect(trafficHints(service('PreferSameNode'), endpoint({ conditions: { ready: false } }))).toBeUndefined();
    const { zone: _, ...placeless } = endpoint();
    expect(trafficHints(service('PreferClose'), placeless)).toBeUndefined();
    expect(trafficHints(service('PreferSameNode'), placeless)).toEqual({ forNodes: [{ name: 'n' }] });
  });

  it('leaves a service alone whose annotation asks for hints by topology', () => {
    expect(trafficHints(service('PreferClose', { 'service.kubernetes.io/topology-mode': 'Auto' }), endpoint())).toBeUndefined();
    const both = { 'service.kubernetes.io/topology-mode': 'Auto', 'service.kubernetes.io/topology-aware-hints': 'Disabled' };
    expect(trafficHints(service('PreferClose', both), endpoint())).toBeDefined();
  });
});
