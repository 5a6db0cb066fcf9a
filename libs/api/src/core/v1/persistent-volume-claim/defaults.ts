import type { PersistentVolumeClaim } from '../../../generated/core/v1';
import { ensure } from '../../../presence';
import { inWholeMillis } from '../pod-spec/defaults';

export function defaultPersistentVolumeClaim(claim: PersistentVolumeClaim): void {
  const spec = ensure(claim, 'spec', {});
  const status = (claim.status ??= {});
  status.phase ??= 'Pending';
  spec.volumeMode ??= 'Filesystem';
  if (spec.resources?.requests !== undefined) spec.resources.requests = inWholeMillis(spec.resources.requests);
  if (spec.resources?.limits !== undefined) spec.resources.limits = inWholeMillis(spec.resources.limits);
}
