import type { PersistentVolumeClaimSpec } from '../../../generated/core/v1';
import { FieldPath } from '@keelson/apimachinery';
import { problems } from '../../../testing/problems';
import { normalizeDataSources, validateDataSources } from './data-source';

const claim = { kind: 'PersistentVolumeClaim', name: 'old' };
const snapshot = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'friday' };

function normalized(spec: PersistentVolumeClaimSpec, previous?: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const copy = structuredClone(spec);
  normalizeDataSources(copy, previous);
  return copy;
}

describe('the data source of a claim', () => {
  it('is said in both fields, whichever it came in', () => {
    expect(normalized({ dataSource: claim })).toEqual({ dataSource: claim, dataSourceRef: claim });
    expect(normalized({ dataSourceRef: snapshot })).toEqual({ dataSource: snapshot, dataSourceRef: snapshot });
  });

  it('is dropped if the old field could not have held it, unless it was there before', () => {
    const other = { dataSource: { apiGroup: 'example.com', kind: 'Archive', name: 'a' } };
    expect(normalized(other)).toEqual({});
    expect(normalized(other, other)).toEqual({ ...other, dataSourceRef: other.dataSource });
  });

  it('is not taken from another namespace', () => {
    expect(normalized({ dataSourceRef: { ...snapshot, namespace: 'elsewhere' } })).toEqual({});
  });

  it('names something, which is a claim if it names no group', () => {
    const on = (spec: PersistentVolumeClaimSpec) =>
      problems((path, errors) => validateDataSources(spec, path, errors), FieldPath.of('spec'));
    expect(on({ dataSource: claim, dataSourceRef: claim })).toEqual([]);
    expect(on({ dataSource: { kind: 'Archive', name: '' } })).toEqual([
      'spec.dataSource.name: Required value',
      'spec.dataSource: Invalid value: "Archive": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
    ]);
    expect(on({ dataSource: claim, dataSourceRef: { ...claim, name: 'new' } })).toEqual([
      'spec: Invalid value: "spec.dataSource": must match dataSourceRef',
    ]);
  });
});
