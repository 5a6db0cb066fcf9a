import { FieldPath } from '@keelson/apimachinery';
import type { PodSpec } from '../../../generated/core/v1';
import { testContainer, testPod } from '../../../testing/pods';
import { pod } from '../pod/strategy';
import { templateWarnings } from '../pod-template-spec/warnings';
import { storedMeta } from '../../../testing/problems';
import { podSpecWarnings } from './warnings';

const on = (spec: Partial<PodSpec>) => podSpecWarnings({ containers: [testContainer()], ...spec }, FieldPath.of('spec'));

describe('the warnings about a pod', () => {
  it('are none for an ordinary one', () => {
    expect(on({})).toEqual([]);
  });

  it('name selectors that find nothing, and volumes that nobody can mount', () => {
    const term = { topologyKey: 'zone' };
    expect(
      on({
        topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', ...term }],
        affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] } },
        volumes: [{ name: 'a', storageos: { volumeName: 'v' } }],
      }),
    ).toEqual([
      'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
      'spec.volumes[0].storageOS: deprecated in v1.22, non-functional in v1.25+',
      'spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod',
    ]);
  });

  it('name variables that hide others, but not those that build on them', () => {
    const env = [
      { name: 'A', value: 'x' },
      { name: 'A', value: '$(A):y' },
      { name: 'A', value: '$(A)' },
    ];
    expect(on({ containers: [testContainer({ env })] })).toEqual([
      'spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply',
    ]);
  });

  it('name parts of bytes', () => {
    const resources = { limits: { memory: '1500m', cpu: '1500m' } };
    expect(on({ containers: [testContainer({ resources })] })).toEqual([
      'spec.containers[0].resources.limits[memory]: fractional byte value "1500m" is invalid, must be an integer',
    ]);
  });

  it('name ports that meet on the one address of the pod', () => {
    const ports = [
      { name: 'web', containerPort: 80, protocol: 'TCP' },
      { containerPort: 80, protocol: 'UDP' },
    ];
    const other = [
      { name: 'web', containerPort: 80, protocol: 'TCP' },
      { containerPort: 80, protocol: 'UDP', hostPort: 8080 },
    ];
    expect(on({ containers: [testContainer({ ports }), testContainer({ name: 'b', ports: other })] })).toEqual([
      'spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]',
      'spec.containers[1].ports[1]: overlapping port definition with spec.containers[0].ports[1]',
      'spec.containers[1].ports[0]: duplicate port name "web" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]',
    ]);
  });

  it('come once: with a new pod, and with a template that has changed', () => {
    const doubtful = testPod({ imagePullSecrets: [{ name: 'a' }, { name: 'a' }] });
    const warning = 'spec.imagePullSecrets[1].name: duplicate name "a"';
    expect(pod.warnings?.(doubtful, undefined)).toEqual([warning]);
    expect(pod.warnings?.(doubtful, doubtful)).toEqual([]);
    const workload = (generation: number) => ({
      metadata: storedMeta({ generation }),
      spec: { template: { spec: doubtful.spec } as never },
    });
    expect(templateWarnings(workload(2), workload(1))).toEqual([`spec.template.${warning}`]);
    expect(templateWarnings(workload(2), workload(2))).toEqual([]);
  });
});
