import { storedMeta } from '../../../testing/problems';
import type { APIService } from '../../../generated/apiregistration/v1';
import { apiService } from './strategy';

describe('an APIService', () => {
  it('is asked at the port of HTTPS, unless it says otherwise', () => {
    const spec = { groupPriorityMinimum: 100, versionPriority: 10, service: { name: 's', namespace: 'n' } };
    const object: APIService = { metadata: storedMeta(), spec };
    apiService.defaults?.(object);
    expect(object.spec).toMatchObject({ service: { port: 443 } });
  });
});
