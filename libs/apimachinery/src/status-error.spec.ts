import { FieldErrors } from './field-errors';
import { FieldPath } from './field-path';
import { StatusError } from './status-error';

const deployments = { group: 'apps', resource: 'deployments' };

describe('StatusError', () => {
  it('words NotFound with the resource and its group', () => {
    expect(StatusError.notFound(deployments, 'web').status).toEqual({
      apiVersion: 'v1',
      kind: 'Status',
      metadata: {},
      status: 'Failure',
      message: 'deployments.apps "web" not found',
      reason: 'NotFound',
      details: { name: 'web', group: 'apps', kind: 'deployments' },
      code: 404,
    });
  });

  it('lists every field error of an invalid object as a sentence and as a cause', () => {
    const errors = new FieldErrors();
    errors.invalid(FieldPath.of('spec', 'replicas'), -1, 'must be greater than or equal to 0');
    errors.required(FieldPath.of('spec').child('containers').index(0).child('name'));
    const { status } = StatusError.invalid({ group: 'apps', kind: 'Deployment' }, 'web', errors);
    expect(status.message).toBe(
      'Deployment.apps "web" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.containers[0].name: Required value]',
    );
    expect(status.details?.causes).toEqual([
      { reason: 'FieldValueInvalid', message: 'Invalid value: -1: must be greater than or equal to 0', field: 'spec.replicas' },
      { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers[0].name' },
    ]);
  });
});
