import type { Deployment, ReplicaSet } from '@keelson/api';
import { newSetAnnotations, nextRevision, REVISION, revisionOf } from './revisions';

const setOf = (revision: string | undefined): ReplicaSet =>
  ({ metadata: { name: 'web', annotations: revision === undefined ? {} : { [REVISION]: revision } }, spec: {} }) as unknown as ReplicaSet;

const HISTORY = 'deployment.kubernetes.io/revision-history';

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

describe('newSetAnnotations', () => {
  it('forgets the oldest revisions that a set had when their list would grow beyond 2000 characters', () => {
    const deployment = { metadata: { name: 'web' }, spec: { replicas: 1 } } as unknown as Deployment;
    const history = Array.from({ length: 500 }, (_, index) => String(100 + index)).join(',');
    const set = setOf('600');
    const had = { ...set, metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, [HISTORY]: history } } };
    const { [HISTORY]: kept = '', [REVISION]: revision } = newSetAnnotations(deployment, had, 601n);
    expect(revision).toBe('601');
    expect(kept).toMatch(/^101,102,.*,599,600$/);
    expect(kept.length).toBeLessThanOrEqual(2000);
  });
});
