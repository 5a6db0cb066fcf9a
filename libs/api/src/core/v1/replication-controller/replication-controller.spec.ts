import type { ReplicationController, ReplicationControllerSpec } from '../../../generated/core/v1';
import { testContainer } from '../../../testing/pods';
import { problems, storedMeta } from '../../../testing/problems';
import { defaultReplicationController } from './defaults';
import { validateReplicationController } from './validation';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [testContainer()] } } as unknown as NonNullable<
  ReplicationControllerSpec['template']
>;
function testController(spec: ReplicationControllerSpec): ReplicationController {
  const controller: ReplicationController = { metadata: storedMeta(), spec: structuredClone(spec) };
  defaultReplicationController(controller);
  return controller;
}
const onController = (spec: ReplicationControllerSpec) =>
  problems((path, errors) => validateReplicationController(testController(spec), path, errors));

describe('a ReplicationController', () => {
  it('takes selector and labels from its template, and makes one pod', () => {
    expect(testController({ template })).toMatchObject({
      metadata: { labels: { app: 'web' } },
      spec: { replicas: 1, selector: { app: 'web' } },
    });
    expect(onController({ template })).toEqual([]);
  });

  it('wants its selector to find the pods it makes', () => {
    expect(onController({ template, selector: { app: 'other' } })).toEqual([
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ]);
  });

  it('makes pods that run for ever', () => {
    const spec = { ...template.spec, containers: template.spec?.containers ?? [], restartPolicy: 'Never' };
    expect(onController({ template: { ...template, spec } })).toEqual([
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ]);
  });

  it('needs a template', () => {
    expect(onController({ replicas: -1, selector: { app: 'web' } })).toEqual([
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.template: Required value',
    ]);
  });
});
