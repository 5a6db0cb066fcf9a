import type { Node } from '@keelson/api';
import { KubeletClient } from './kubelet-client';

const nodeWith = (addresses: { type: string; address: string }[]): Node => ({
  metadata: { name: 'n1', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {},
  status: { addresses, daemonEndpoints: { kubeletEndpoint: { Port: 10251 } } },
});

describe("a node's kubelet", () => {
  const node = nodeWith([
    { type: 'InternalIP', address: '10.0.0.1' },
    { type: 'InternalIP', address: 'fd00::1' },
    { type: 'Hostname', address: 'n1.example.org' },
  ]);

  it('is asked at the first address of the first type that is preferred and there', () => {
    expect(new KubeletClient(undefined, ['ExternalIP', 'InternalIP', 'Hostname']).endpointOf(node)).toEqual({
      host: '10.0.0.1',
      port: 10251,
    });
    expect(new KubeletClient(undefined, ['Hostname', 'InternalIP']).endpointOf(node)).toMatchObject({ host: 'n1.example.org' });
  });

  it('can not be asked where no address is of a preferred type, and what addresses there are is said', () => {
    expect(() => new KubeletClient(undefined, ['ExternalDNS']).endpointOf(node)).toThrow(
      'no preferred addresses found; known addresses: [{InternalIP 10.0.0.1} {InternalIP fd00::1} {Hostname n1.example.org}]',
    );
  });
});
