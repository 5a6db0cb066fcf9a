import type { PodSpec, PodStatus } from '../../../generated/core/v1';
import { testOrigin } from '../../../testing/origin';
import { problems } from '../../../testing/problems';
import { testContainer, testPod } from '../../../testing/pods';
import { ephemeralContainers } from './ephemeral-containers';
import { resize } from './resize';
import { validatePodStatusUpdate } from './status-validation';
import { validatePodUpdate } from './update-validation';

const onUpdate = (next: Partial<PodSpec>, previous: Partial<PodSpec> = {}) =>
  problems((path, errors) => validatePodUpdate(testPod(next), testPod(previous), path, errors));

describe('validatePodUpdate', () => {
  it('allows another image, a nearer deadline, further tolerations', () => {
    const toleration = { key: 'a', operator: 'Exists', effect: 'NoExecute' };
    const next = {
      containers: [testContainer({ image: 'nginx:1.28', imagePullPolicy: 'IfNotPresent' })],
      activeDeadlineSeconds: 5,
      tolerations: [{ ...toleration, tolerationSeconds: 10 }, { operator: 'Exists' }],
    };
    expect(onUpdate(next, { activeDeadlineSeconds: 10, tolerations: [toleration] })).toEqual([]);
  });

  it('forbids everything else, and names what differs', () => {
    const [problem] = onUpdate({ nodeName: 'other' }, { nodeName: 'one' });
    expect(problem).toBe(
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
        '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
        '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n' +
        '-  nodeName: "one"\n+  nodeName: "other"\n',
    );
  });

  it('forbids to add or remove containers, to loosen the deadline, to take tolerations away', () => {
    expect(onUpdate({ containers: [testContainer(), testContainer({ name: 'b' })] })).toEqual([
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ]);
    expect(onUpdate({ activeDeadlineSeconds: 11 }, { activeDeadlineSeconds: 10 })).toEqual([
      'spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value',
    ]);
    expect(onUpdate({}, { activeDeadlineSeconds: 10 })).toEqual([
      'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
    ]);
    expect(onUpdate({}, { tolerations: [{ operator: 'Exists' }] })).toEqual([
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ]);
  });

  it('lets gates be removed, and a gated pod be narrowed down', () => {
    const gated = { schedulingGates: [{ name: 'a' }, { name: 'b' }], nodeSelector: { disk: 'ssd' } };
    expect(onUpdate({ ...gated, schedulingGates: [{ name: 'b' }], nodeSelector: { disk: 'ssd', zone: 'x' } }, gated)).toEqual([]);
    expect(onUpdate({ ...gated, schedulingGates: [{ name: 'c' }], nodeSelector: {} }, gated)).toEqual([
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'c'",
      'spec.nodeSelector: Invalid value: {}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    ]);
  });
});

describe('validatePodStatusUpdate', () => {
  const ended = (exitCode: number): PodStatus => ({
    containerStatuses: [{ name: 'app', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode } } }],
  });
  const running: PodStatus = {
    containerStatuses: [{ name: 'app', image: '', imageID: '', ready: true, restartCount: 1, state: { running: {} } }],
  };
  const onStatus = (restartPolicy: string, exitCode: number) =>
    problems((path, errors) =>
      validatePodStatusUpdate(
        testPod({ restartPolicy }, { status: running }),
        testPod({ restartPolicy }, { status: ended(exitCode) }),
        path,
        errors,
      ),
    );

  it('forbids a container to run again that ended for good', () => {
    const refused = ['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state'];
    expect(onStatus('Always', 0)).toEqual([]);
    expect(onStatus('OnFailure', 1)).toEqual([]);
    expect(onStatus('OnFailure', 0)).toEqual(refused);
    expect(onStatus('Never', 1)).toEqual(refused);
  });
});

describe('the ephemeralcontainers subresource', () => {
  it('takes nothing but added containers from the request', () => {
    const debug = testContainer({ name: 'debug' });
    const previous = testPod({ ephemeralContainers: [debug] });
    const next = testPod({ ephemeralContainers: [debug, testContainer({ name: 'more' })], nodeName: 'elsewhere' });
    ephemeralContainers.prepareForUpdate?.(next, previous, testOrigin);
    expect(next.spec.nodeName).toBeUndefined();
    expect(next.spec.ephemeralContainers?.map(({ name }) => name)).toEqual(['debug', 'more']);
  });

  it('forbids to take one away', () => {
    const previous = testPod({ ephemeralContainers: [testContainer({ name: 'debug' })] });
    expect(problems((path, errors) => ephemeralContainers.validateUpdate?.(testPod(), previous, path, errors))).toEqual([
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be removed\n',
    ]);
  });
});

describe('the resize subresource', () => {
  const sized = (requests: Record<string, string>) => testPod({ containers: [testContainer({ resources: { requests } })] });
  const onResize = (next: ReturnType<typeof testPod>, previous: ReturnType<typeof testPod>) =>
    problems((path, errors) => resize.validateUpdate?.(next, previous, path, errors));

  it('changes CPU and memory within the class of service', () => {
    expect(onResize(sized({ cpu: '2' }), sized({ cpu: '1' }))).toEqual([]);
    expect(onResize(sized({}), sized({ cpu: '1' }))).toEqual([
      'spec: Invalid value: "": Pod QOS Class may not change as a result of resizing',
      'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    ]);
  });

  it('resizes init containers too, unless that would restart one that is not a sidecar', () => {
    const withInit = (cpu: string, restartPolicy: string) =>
      testPod({
        initContainers: [
          testContainer({
            name: 'init',
            resources: { requests: { cpu } },
            ...(restartPolicy === '' ? {} : { resizePolicy: [{ resourceName: 'cpu', restartPolicy }] }),
          }),
        ],
      });
    expect(onResize(withInit('2', ''), withInit('1', ''))).toEqual([]);
    expect(onResize(withInit('2', 'RestartContainer'), withInit('1', 'RestartContainer'))).toContain(
      'spec.initContainers[0]: Forbidden: non-sidecar init containers with a resize policy of RestartContainer cannot be resized',
    );
  });

  it('takes resources alone from the request', () => {
    const next = { ...sized({ cpu: '2' }), metadata: { ...testPod().metadata, labels: { new: 'label' } } };
    resize.prepareForUpdate?.(next, sized({ cpu: '1' }), testOrigin);
    expect(next.metadata.labels).toBeUndefined();
    expect(next.spec.containers[0]?.resources?.requests).toEqual({ cpu: '2' });
  });

  it('changes nothing else', () => {
    expect(onResize(sized({ cpu: '1', 'ephemeral-storage': '2' }), sized({ cpu: '1', 'ephemeral-storage': '1' }))).toEqual([
      'spec: Forbidden: only cpu and memory resources are mutable',
    ]);
  });
});
