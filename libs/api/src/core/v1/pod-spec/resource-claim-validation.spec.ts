import { FieldPath } from '@keelson/apimachinery';
import { problems } from '../../../testing/problems';
import { validateClaims, validateResourceClaims } from './resource-claim-validation';

describe('the resource claims of a pod', () => {
  const on = (...claims: { name: string; resourceClaimName?: string; resourceClaimTemplateName?: string }[]) =>
    problems((path, errors) => validateResourceClaims(claims, path, errors), FieldPath.of('spec').child('resourceClaims'));

  it('each come from one thing', () => {
    expect(on({ name: 'a', resourceClaimName: 'x' }, { name: 'b', resourceClaimTemplateName: 'y' })).toEqual([]);
    expect(on({ name: 'a' })).toEqual([
      'spec.resourceClaims[0]: Invalid value: {"Name":"a","ResourceClaimName":null,"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
    ]);
    expect(on({ name: 'a', resourceClaimName: 'x', resourceClaimTemplateName: 'y' })[0]).toContain('at most one of');
    expect(on({ name: 'a', resourceClaimName: 'x' }, { name: 'a', resourceClaimName: 'y' })).toEqual([
      'spec.resourceClaims[1].name: Duplicate value: "a"',
    ]);
  });
});

describe('the claims that a container uses', () => {
  const on = (...claims: { name: string; request?: string }[]) =>
    problems((path, errors) => validateClaims(claims, ['gpu', 'nic'], path, errors), FieldPath.of('claims'));

  it('are those of its pod, each or each request of it once', () => {
    expect(on({ name: 'gpu', request: 'a' }, { name: 'gpu', request: 'b' }, { name: 'nic' })).toEqual([]);
    expect(on({ name: 'gpu', request: 'a' }, { name: 'gpu', request: 'a' }, { name: 'gpu' })).toEqual([
      'claims[1]: Duplicate value: "gpu/a"',
      'claims[2]: Duplicate value: "gpu"',
    ]);
    expect(on({ name: 'fpga' })).toEqual(['claims[0]: Not found: "fpga": must be one of the names in pod.spec.resourceClaims: gpu, nic']);
  });
});
