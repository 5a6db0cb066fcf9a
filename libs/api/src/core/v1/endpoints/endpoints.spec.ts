import type { Endpoints, EndpointSubset } from '../../../generated/core/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { defaultEndpoints } from './defaults';
import { columns } from './table';
import { validateEndpoints } from './validation';

function testEndpoints(subsets: EndpointSubset[]): Endpoints {
  const endpoints = { metadata: storedMeta(), subsets };
  defaultEndpoints(endpoints);
  return endpoints;
}
const onEndpoints = (subsets: EndpointSubset[]) => problems((path, errors) => validateEndpoints(testEndpoints(subsets), path, errors));

describe('Endpoints', () => {
  it('need addresses that others can reach', () => {
    expect(onEndpoints([{}])).toEqual(['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']);
    expect(onEndpoints([{ addresses: [{ ip: '169.254.0.1' }] }])).toEqual([
      'subsets[0].addresses[0].ip: Invalid value: "169.254.0.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    ]);
  });

  it('name their ports if there are several', () => {
    const ports = [{ port: 80, name: 'http' }, { port: 81 }];
    expect(onEndpoints([{ addresses: [{ ip: '10.0.0.1' }], ports }])).toEqual(['subsets[0].ports[1].name: Required value']);
  });

  it('show three addresses and count the rest', () => {
    const cell = (subsets: EndpointSubset[]) => columns[1]?.value(testEndpoints(subsets), { age: () => '', now: () => 0 });
    const addresses = ['1', '2', '3', '4'].map((last) => ({ ip: `10.0.0.${last}` }));
    expect(cell([{ addresses, ports: [{ port: 80 }] }])).toBe('10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...');
    expect(cell([{ addresses: [{ ip: 'fd00::1' }], ports: [{ port: 80 }] }])).toBe('[fd00::1]:80');
    expect(cell([])).toBe('<none>');
  });
});
