import { storedMeta } from '../../../testing/problems';
import { eventConversion } from './conversion';

const stored = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: storedMeta(),
  involvedObject: { kind: 'Pod', name: 'web' },
  message: 'pulled',
  reason: 'Pulled',
  type: 'Normal',
  source: { component: 'kubelet' },
  count: 3,
  reportingComponent: 'kubelet',
};

const { conversion } = eventConversion;

describe('eventConversion', () => {
  it('shows an event of the core group under the names of events.k8s.io, and back', () => {
    const served = conversion.fromStored(stored);
    expect(served).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: storedMeta(),
      regarding: { kind: 'Pod', name: 'web' },
      note: 'pulled',
      reason: 'Pulled',
      type: 'Normal',
      deprecatedSource: { component: 'kubelet' },
      deprecatedCount: 3,
      reportingController: 'kubelet',
    });
    expect(conversion.toStored(served)).toEqual(stored);
  });
});
