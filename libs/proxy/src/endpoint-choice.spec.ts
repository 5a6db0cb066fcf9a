import type { EndpointSlice } from '@keelson/api';
import { chooseEndpoints, type Endpoint, type EndpointChoice } from './endpoint-choice';

type SliceEndpoint = NonNullable<EndpointSlice['endpoints']>[number];

const endpoint = (last: number, nodeName: string, conditions: SliceEndpoint['conditions'] = { ready: true }): SliceEndpoint => ({
  addresses: [`10.244.0.${last}`],
  conditions,
  nodeName,
});
const draining = { ready: false, serving: true, terminating: true };
const dead = { ready: false, serving: false, terminating: true };

describe('chooseEndpoints', () => {
  it('takes only ready endpoints while there is one', () => {
    expect(choose([endpoint(2, 'here'), endpoint(3, 'there', draining)])).toMatchObject({ cluster: ['10.244.0.2:8080'] });
  });

  it('falls back to endpoints that terminate and still serve, for the machine and for the cluster each on its own', () => {
    const slice = [endpoint(2, 'here', draining), endpoint(3, 'there'), endpoint(4, 'here', dead)];
    expect(choose(slice)).toEqual({
      cluster: ['10.244.0.3:8080'],
      local: ['10.244.0.2:8080'],
      serving: ['10.244.0.2:8080', '10.244.0.3:8080'],
      readyLocal: [],
    });
    expect(choose([endpoint(2, 'here', draining)])).toMatchObject({ cluster: ['10.244.0.2:8080'] });
  });

  it('takes an endpoint without conditions for ready, and one without a node for none of this machine', () => {
    expect(choose([{ addresses: ['10.244.0.2'] }])).toMatchObject({ cluster: ['10.244.0.2:8080'], local: [] });
  });

  it('counts an endpoint once that is in two slices, in a fixed order', () => {
    expect(choose([endpoint(3, 'here'), endpoint(2, 'here')], [endpoint(3, 'here')]).cluster).toEqual([
      '10.244.0.2:8080',
      '10.244.0.3:8080',
    ]);
  });

  it('finds nothing in slices without that port', () => {
    expect(chooseEndpoints([sliceOf([endpoint(2, 'here')])], 'metrics', () => true).cluster).toEqual([]);
  });
});

function choose(...slices: SliceEndpoint[][]): Record<keyof EndpointChoice, string[]> {
  const { cluster, local, serving, readyLocal } = chooseEndpoints(slices.map(sliceOf), 'http', (name) => name === 'here');
  const text = (endpoints: readonly Endpoint[]): string[] => endpoints.map(({ ip, port }) => `${ip}:${port}`);
  return { cluster: text(cluster), local: text(local), serving: text(serving), readyLocal: text(readyLocal) };
}

function sliceOf(endpoints: SliceEndpoint[]): EndpointSlice {
  return {
    metadata: { name: 'web-1', namespace: 'shop', uid: '1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints,
  };
}
