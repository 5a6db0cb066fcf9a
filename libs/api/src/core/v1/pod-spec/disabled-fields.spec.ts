import type { PodSpec } from '../../../generated/core/v1';
import { testContainer, testPod } from '../../../testing/pods';
import { dropDisabledFields } from './disabled-fields';

const gated = (): Partial<PodSpec> => ({
  containers: [testContainer({ lifecycle: { stopSignal: 'SIGUSR1' } })],
  volumes: [{ name: 'trust', projected: { sources: [{ clusterTrustBundle: { path: 'ca' } }, { configMap: { name: 'c' } }] } }],
});

describe('dropDisabledFields', () => {
  it('drops what is gated, and nothing beside it', () => {
    const { spec } = testPod(gated());
    dropDisabledFields(spec);
    expect(spec.containers[0]?.lifecycle).toEqual({});
    expect(spec.volumes?.[0]?.projected?.sources).toEqual([{}, { configMap: { name: 'c' } }]);
  });

  it('keeps what the stored object already uses', () => {
    const { spec } = testPod(gated());
    dropDisabledFields(spec, testPod(gated()).spec);
    expect(spec).toEqual(testPod(gated()).spec);
  });
});
