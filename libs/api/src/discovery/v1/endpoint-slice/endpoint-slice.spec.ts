import { testOrigin } from '../../../testing/origin';
import { problems, storedMeta } from '../../../testing/problems';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../generated/discovery/v1';
import { endpointSlice } from './strategy';

function testSlice(endpoint: Partial<Endpoint> = {}, port: EndpointPort = { port: 80 }): EndpointSlice {
  const slice: EndpointSlice = {
    metadata: storedMeta(),
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], ...endpoint }],
    ports: [port],
  };
  endpointSlice.defaults?.(slice);
  return slice;
}

const on = (...slice: Parameters<typeof testSlice>) =>
  problems((path, errors) => endpointSlice.validate?.(testSlice(...slice), path, errors));

describe('an EndpointSlice', () => {
  it('hints each zone and node once, and only such as there can be', () => {
    expect(on({ hints: { forZones: [{ name: 'a' }], forNodes: [{ name: 'n' }] } })).toEqual([]);
    expect(on({ hints: { forZones: [{ name: 'a' }, { name: 'a' }] } })).toEqual([
      'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
    ]);
    expect(on({ hints: { forNodes: [{ name: 'Bad!' }] } })[0]).toContain('endpoints[0].hints.forNodes[0].name: Invalid value: "Bad!"');
  });

  it('names the protocol above a port by a qualified name', () => {
    expect(on({}, { port: 80, appProtocol: 'example.com/x' })).toEqual([]);
    expect(on({}, { port: 80, appProtocol: 'a/b/c' })[0]).toContain('ports[0].appProtocol: Invalid value: "a/b/c"');
  });

  it('keeps the topology of old only as long as its endpoints are the same', () => {
    const old = testSlice({ deprecatedTopology: { zone: 'a' } });
    const created = structuredClone(old);
    endpointSlice.prepareForCreate?.(created, testOrigin);
    expect(created.endpoints?.[0]?.deprecatedTopology).toBeUndefined();
    const same = structuredClone(old);
    endpointSlice.prepareForUpdate?.(same, old);
    expect(same.endpoints?.[0]?.deprecatedTopology).toEqual({ zone: 'a' });
    const changed = testSlice({ deprecatedTopology: { zone: 'a' }, addresses: ['10.0.0.2'] });
    endpointSlice.prepareForUpdate?.(changed, old);
    expect(changed.endpoints?.[0]?.deprecatedTopology).toBeUndefined();
  });
});
