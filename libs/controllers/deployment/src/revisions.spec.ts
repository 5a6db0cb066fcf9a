import type { ReplicaSet } from '@keelson/api';
import { nextRevision, REVISION, revisionOf } from './revisions';

const setOf = (revision: string | undefined): ReplicaSet =>
  ({ metadata: { name: 'web', annotations: revision === undefined ? {} : { [REVISION]: revision } }, spec: {} }) as unknown as ReplicaSet;

describe('nextRevision', () => {
  it('follows the greatest, also where a number would lose digits', () => {
    expect(nextRevision([setOf('2'), setOf('3546343826724305832')])).toBe(3_546_343_826_724_305_833n);
  });

  it('is the first where there was none, or none that can be read', () => {
    expect(nextRevision([])).toBe(1n);
    expect(revisionOf(setOf('three'))).toBe(0n);
    expect(nextRevision([setOf(undefined)])).toBe(1n);
  });
});
