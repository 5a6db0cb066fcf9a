import { storedMeta } from '../../../testing/problems';
import type { ServiceSpec } from '../../../generated/core/v1';
import { serviceWarnings } from './warnings';

const on = (spec: ServiceSpec) => serviceWarnings({ metadata: storedMeta(), spec: { sessionAffinity: 'None', ...spec } });

describe('the warnings about a Service', () => {
  it('are none for an ordinary one, headless or not', () => {
    expect(on({ type: 'ClusterIP', clusterIP: '10.0.0.1' })).toEqual([]);
    expect(on({ type: 'ClusterIP', clusterIP: 'None' })).toEqual([]);
  });

  it('name what it asks for in vain', () => {
    expect(on({ type: 'ClusterIP', clusterIP: 'None', externalIPs: ['192.0.2.1'], sessionAffinity: 'ClientIP' })).toEqual([
      'spec.externalIPs is ignored for headless services',
      'spec.SessionAffinity is ignored for headless services',
    ]);
    expect(on({ type: 'ClusterIP', externalName: 'example.com' })).toEqual([
      'spec.externalName is ignored when spec.type is not "ExternalName"',
    ]);
  });

  it('name what is going away', () => {
    expect(on({ type: 'ClusterIP', externalIPs: ['192.0.2.1'], trafficDistribution: 'PreferClose' })).toEqual([
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ]);
  });
});
