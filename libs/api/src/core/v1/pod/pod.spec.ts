import { humanDuration } from '@keelson/apimachinery';
import type { ContainerState, ContainerStatus, Pod, PodSpec, PodStatus } from '../../../generated/core/v1';
import { testOrigin } from '../../../testing/origin';
import { storedMeta } from '../../../testing/problems';
import { testContainer, testPod } from '../../../testing/pods';
import { podIsAvailable } from './phase';
import { qosClassOf } from './qos';
import { podLimits, podRequests } from './resources';
import { podSummary } from './status-summary';
import { pod as podKind } from './strategy';
import { columns } from './table';

const status = (name: string, state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  image: '',
  imageID: '',
  ready: state.running !== undefined,
  restartCount: 0,
  state,
  ...more,
});
const withStatus = (fields: PodStatus, spec: Partial<PodSpec> = {}, rest: Partial<Pod> = {}) => testPod(spec, { status: fields, ...rest });
const reasonOf = (pod: Pod) => podSummary(pod).reason;

describe('podSummary', () => {
  it('shows the phase until containers say more', () => {
    expect(reasonOf(withStatus({ phase: 'Pending' }))).toBe('Pending');
    expect(reasonOf(withStatus({ phase: 'Failed', reason: 'Evicted' }))).toBe('Evicted');
  });

  it('shows why a container waits or how it ended', () => {
    const of = (state: ContainerState) => reasonOf(withStatus({ phase: 'Running', containerStatuses: [status('app', state)] }));
    expect(of({ waiting: { reason: 'CrashLoopBackOff' } })).toBe('CrashLoopBackOff');
    expect(of({ terminated: { exitCode: 0, reason: 'Completed' } })).toBe('Completed');
    expect(of({ terminated: { exitCode: 3 } })).toBe('ExitCode:3');
    expect(of({ terminated: { exitCode: 137, signal: 9 } })).toBe('Signal:9');
  });

  it('counts init containers that are done', () => {
    const spec = { initContainers: [testContainer({ name: 'a' }), testContainer({ name: 'b' })] };
    const of = (b: ContainerState) =>
      reasonOf(
        withStatus({ phase: 'Pending', initContainerStatuses: [status('a', { terminated: { exitCode: 0 } }), status('b', b)] }, spec),
      );
    expect(of({ running: {} })).toBe('Init:1/2');
    expect(of({ waiting: { reason: 'PodInitializing' } })).toBe('Init:1/2');
    expect(of({ waiting: { reason: 'ImagePullBackOff' } })).toBe('Init:ImagePullBackOff');
    expect(of({ terminated: { exitCode: 1, reason: 'Error' } })).toBe('Init:Error');
  });

  it('counts a started sidecar among the containers', () => {
    const spec = { initContainers: [testContainer({ name: 'side', restartPolicy: 'Always' })] };
    const summary = podSummary(
      withStatus(
        {
          phase: 'Running',
          initContainerStatuses: [status('side', { running: {} }, { started: true, restartCount: 2 })],
          containerStatuses: [status('app', { running: {} }, { restartCount: 1 })],
        },
        spec,
      ),
    );
    expect(summary).toMatchObject({ reason: 'Running', ready: 2, total: 2, restarts: 3 });
  });

  it('says Terminating of a deleted pod unless it has ended', () => {
    const metadata = storedMeta({ deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(reasonOf(withStatus({ phase: 'Running' }, {}, { metadata }))).toBe('Terminating');
    expect(reasonOf(withStatus({ phase: 'Succeeded' }, {}, { metadata }))).toBe('Succeeded');
    expect(reasonOf(withStatus({ phase: 'Running', reason: 'NodeLost' }, {}, { metadata }))).toBe('Unknown');
  });

  it('says NotReady when one container ended well and another still runs', () => {
    const containerStatuses = [status('app', { terminated: { exitCode: 0, reason: 'Completed' } }), status('b', { running: {} })];
    expect(reasonOf(withStatus({ phase: 'Running', containerStatuses }))).toBe('NotReady');
  });
});

describe('the table of pods', () => {
  const now = Date.parse('2026-01-01T01:00:00Z');
  const context = {
    now: () => now,
    age: (time: string | undefined) => (time === undefined ? '<unknown>' : humanDuration(now - Date.parse(time))),
  };
  const row = (pod: Pod) => columns.map((column) => column.value(pod, context));

  it('dates the last restart', () => {
    const lastState = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:55:00Z' } };
    const pod = withStatus(
      {
        phase: 'Running',
        podIPs: [{ ip: '10.0.0.1' }],
        containerStatuses: [status('app', { running: {} }, { restartCount: 4, lastState })],
      },
      { nodeName: 'n1', readinessGates: [{ conditionType: 'a.b/c' }] },
    );
    expect(row(pod)).toEqual(['web', '1/1', 'Running', '4 (5m ago)', '60m', '10.0.0.1', 'n1', '<none>', '0/1']);
  });
});

describe('qosClassOf', () => {
  const classOf = (...resources: Container['resources'][]) =>
    qosClassOf({
      spec: {
        containers: resources.map((each, index) =>
          testContainer({ name: `c${index}`, ...(each === undefined ? {} : { resources: each }) }),
        ),
      },
    });
  type Container = Parameters<typeof testContainer>[0] & object;
  const whole = { cpu: '1', memory: '1Gi' };

  it('is Guaranteed only if every container asks for exactly its limits of both', () => {
    expect(classOf({ limits: whole, requests: whole })).toBe('Guaranteed');
    expect(classOf({ limits: whole, requests: { cpu: '1000m', memory: '1024Mi' } })).toBe('Guaranteed');
    expect(classOf({ limits: whole, requests: whole }, undefined)).toBe('Burstable');
    expect(classOf({ limits: { cpu: '1' }, requests: { cpu: '1' } })).toBe('Burstable');
    expect(classOf({ requests: { cpu: '1' } })).toBe('Burstable');
  });

  it('is BestEffort if no container asks for anything that counts', () => {
    expect(classOf(undefined)).toBe('BestEffort');
    expect(classOf({ requests: { 'ephemeral-storage': '1Gi', cpu: '0' } })).toBe('BestEffort');
  });
});

describe('podRequests', () => {
  const asking = (name: string, cpu: string, more: object = {}) => testContainer({ name, resources: { requests: { cpu } }, ...more });
  const cpuOf = (spec: Partial<PodSpec>) => podRequests(testPod(spec)).get('cpu')?.toString();

  it('is the sum of the containers, or the largest init container if that is more', () => {
    expect(cpuOf({ containers: [asking('a', '1'), asking('b', '500m')] })).toBe('1500m');
    expect(cpuOf({ containers: [asking('a', '1')], initContainers: [asking('i', '2'), asking('j', '3')] })).toBe('3');
  });

  it('adds a sidecar to what runs beside it and after it', () => {
    const sidecar = asking('s', '1', { restartPolicy: 'Always' });
    expect(cpuOf({ containers: [asking('a', '1')], initContainers: [sidecar, asking('i', '2')] })).toBe('3');
    expect(cpuOf({ containers: [asking('a', '1')], initContainers: [asking('i', '2'), sidecar] })).toBe('2');
  });

  it('counts overhead, towards limits only where there are any', () => {
    const pod = testPod({ containers: [asking('a', '1')], overhead: { cpu: '250m' } });
    expect(podRequests(pod).get('cpu')?.toString()).toBe('1250m');
    expect(podLimits(pod).size).toBe(0);
  });
});

describe('the grace period of a pod', () => {
  it('is its own unless asked otherwise, and nothing where no kubelet runs it', () => {
    const grace = (spec: Partial<PodSpec>, requested?: number, phase = 'Running') =>
      podKind.gracePeriodSeconds?.(testPod(spec, { status: { phase } }), requested);
    expect(grace({ nodeName: 'n' })).toBe(30);
    expect(grace({ nodeName: 'n' }, 5)).toBe(5);
    expect(grace({ nodeName: 'n' }, -1)).toBe(1);
    expect(grace({}, 5)).toBe(0);
    expect(grace({ nodeName: 'n' }, 5, 'Failed')).toBe(0);
  });
});

describe('a pod on its creation', () => {
  it('is pending, with its class of service, and waits at its gates', () => {
    const created = testPod({ schedulingGates: [{ name: 'a.b/c' }] });
    podKind.prepareForCreate?.(created, testOrigin);
    expect(created.status).toMatchObject({ phase: 'Pending', qosClass: 'BestEffort', conditions: [{ reason: 'SchedulingGated' }] });
    expect(podSummary(created).reason).toBe('SchedulingGated');
  });

  it('has the keys of its own labels put into its selectors', () => {
    const created = testPod(
      {
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {}, matchLabelKeys: ['hash', 'absent'] },
        ],
      },
      { metadata: storedMeta({ labels: { hash: 'x' } }) },
    );
    podKind.prepareForCreate?.(created, testOrigin);
    expect(created.spec.topologySpreadConstraints?.[0]?.labelSelector).toEqual({
      matchExpressions: [{ key: 'hash', operator: 'In', values: ['x'] }],
    });
  });
});

describe('podIsAvailable', () => {
  it('needs the pod to have been ready for long enough', () => {
    const ready = withStatus({ conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] });
    const at = (seconds: number) => Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;
    expect(podIsAvailable(ready, 10, at(9))).toBe(false);
    expect(podIsAvailable(ready, 10, at(10))).toBe(true);
    expect(podIsAvailable(testPod(), 0, at(10))).toBe(false);
  });
});
