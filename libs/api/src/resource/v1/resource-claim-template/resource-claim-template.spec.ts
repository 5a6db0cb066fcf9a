import { storedMeta } from '../../../testing/problems';
import type { ResourceClaimTemplate } from '../../../generated/resource/v1';
import { resourceClaimTemplate } from './strategy';

describe('a ResourceClaimTemplate', () => {
  it('asks for one device a request, unless it says otherwise', () => {
    const requests = [
      { name: 'one', exactly: { deviceClassName: 'gpu' } },
      { name: 'all', exactly: { deviceClassName: 'gpu', allocationMode: 'All' } },
      { name: 'either', firstAvailable: [{ name: 'big', deviceClassName: 'gpu' }] },
    ];
    const template: ResourceClaimTemplate = { metadata: storedMeta(), spec: { spec: { devices: { requests } } } };
    resourceClaimTemplate.defaults?.(template);
    expect(template.spec.spec.devices?.requests).toEqual([
      { name: 'one', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 } },
      { name: 'all', exactly: { deviceClassName: 'gpu', allocationMode: 'All' } },
      { name: 'either', firstAvailable: [{ name: 'big', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 }] },
    ]);
  });
});
