import { defaultPersistentVolumeClaim } from '../../../core/v1/persistent-volume-claim/defaults';
import { defaultPodTemplateSpec } from '../../../core/v1/pod-template-spec/defaults';
import type { StatefulSet } from '../../../generated/apps/v1';
import { elementsOf, ensure } from '../../../presence';

export function defaultStatefulSet({ spec }: StatefulSet): void {
  if ((spec.podManagementPolicy ?? '') === '') spec.podManagementPolicy = 'OrderedReady';
  const strategy = ensure(spec, 'updateStrategy', {});
  if ((strategy.type ?? '') === '') {
    strategy.type = 'RollingUpdate';
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate !== undefined) strategy.rollingUpdate.partition ??= 0;
  const retention = ensure(spec, 'persistentVolumeClaimRetentionPolicy', {});
  retention.whenDeleted ??= 'Retain';
  retention.whenScaled ??= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  defaultPodTemplateSpec(spec.template);
  for (const template of elementsOf(spec.volumeClaimTemplates)) {
    template.apiVersion ??= 'v1';
    template.kind ??= 'PersistentVolumeClaim';
    defaultPersistentVolumeClaim(template);
  }
}
