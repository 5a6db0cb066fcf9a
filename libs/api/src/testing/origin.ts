import type { ChangeOrigin } from '../define-kind';

/** A change by somebody, on the second day of 2026. */
export const testOrigin: ChangeOrigin = {
  user: { name: 'jane', uid: 'u-7', groups: ['system:authenticated'] },
  now: () => '2026-01-02T00:00:00Z',
};
