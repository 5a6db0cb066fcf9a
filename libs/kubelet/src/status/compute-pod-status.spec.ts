import type { PodStatus } from '@keelson/api';
import { container, exited, instance, pod, sandbox, stateWith } from '../testing/fixtures';
import { computePodStatus } from './compute-pod-status';
import type { StatusInputs } from './status-inputs';

const web = container('web');

function status(more: Partial<StatusInputs>): PodStatus {
  return computePodStatus({
    pod: pod(),
    state: stateWith([]),
    previous: undefined,
    waiting: new Map(),
    probes: { isReady: () => true, hasStarted: () => true },
    hostIPs: ['192.168.0.1'],
    runtimeName: 'docker',
    now: Date.parse('2026-01-01T00:01:00Z'),
    ...more,
  });
}

const condition = ({ conditions }: PodStatus, type: string) => conditions?.find((candidate) => candidate.type === type);

describe('computePodStatus', () => {
  it('is Pending while a container is being created, and says which are not ready', () => {
    const pending = status({});
    expect(pending).toMatchObject({
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } }, ready: false }],
    });
    expect(condition(pending, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [web]',
    });
    expect(condition(pending, 'Initialized')).toMatchObject({ status: 'True' });
  });

  it('tells of ephemeral containers in a list of their own, that nothing else depends on', () => {
    const debugged = pod({ restartPolicy: 'Never', ephemeralContainers: [container('shell'), container('late')] });
    const shell = exited(container('shell'), 1);
    const running = status({ pod: debugged, state: stateWith([instance(web), shell]) });
    expect(running).toMatchObject({
      phase: 'Running',
      containerStatuses: [{ name: 'web' }],
      ephemeralContainerStatuses: [
        { name: 'shell', ready: false, state: { terminated: { exitCode: 1 } } },
        { name: 'late', ready: false, state: { waiting: { reason: 'ContainerCreating' } } },
      ],
    });
    expect(running.ephemeralContainerStatuses?.[0]).not.toHaveProperty('started');
    expect(condition(running, 'Ready')?.status).toBe('True');
    expect(status({ pod: debugged, state: stateWith([exited(web, 0), shell]) }).phase).toBe('Succeeded');
  });

  it('keeps the time of a condition as long as its status stays', () => {
    const first = status({ state: stateWith([instance(web)]), now: Date.parse('2026-01-01T00:00:00Z') });
    const later = status({ state: stateWith([instance(web)]), previous: first });
    expect(condition(later, 'Ready')?.lastTransitionTime).toBe('2026-01-01T00:00:00Z');
    const unready = status({ state: stateWith([exited(web, 1)]), previous: first });
    expect(condition(unready, 'Ready')?.lastTransitionTime).toBe('2026-01-01T00:01:00Z');
  });

  it('asks for the conditions of readiness gates besides the containers', () => {
    const gated = pod({ readinessGates: [{ conditionType: 'example.com/ok' }] });
    expect(condition(status({ pod: gated, state: stateWith([instance(web)]) }), 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "example.com/ok" does not exist.',
    });
    const open = { ...gated, status: { conditions: [{ type: 'example.com/ok', status: 'True' }] } };
    expect(condition(status({ pod: open, state: stateWith([instance(web)]) }), 'Ready')?.status).toBe('True');
  });

  it('stays Running while a container that may restart waits in its back-off, and shows how it ended', () => {
    const waiting = new Map([['web', { reason: 'CrashLoopBackOff', message: 'back-off 10s' }]]);
    expect(status({ state: stateWith([exited(web, 2)]), waiting })).toMatchObject({
      phase: 'Running',
      containerStatuses: [
        { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 2, reason: 'Error' } } },
      ],
    });
  });

  it.each([
    ['Never', [0, 0], 'Succeeded'],
    ['Never', [0, 1], 'Failed'],
    ['OnFailure', [0, 0], 'Succeeded'],
    ['OnFailure', [0, 1], 'Running'],
    ['Always', [0, 0], 'Running'],
  ])('with restartPolicy %s and exit codes %j the phase is %s', (restartPolicy, [first, second], phase) => {
    const other = container('other');
    const spec = pod({ restartPolicy, containers: [web, other] });
    expect(status({ pod: spec, state: stateWith([exited(web, first!), exited(other, second!)]) }).phase).toBe(phase);
  });

  it('never goes back from a terminal phase, whatever the runtime shows', () => {
    const previous = status({ pod: pod({ restartPolicy: 'Never' }), state: stateWith([exited(web, 0)]) });
    const later = status({ pod: pod({ restartPolicy: 'Never' }), state: stateWith([]), previous });
    expect(later.phase).toBe('Succeeded');
    expect(later.containerStatuses).toMatchObject([{ state: { terminated: { exitCode: 0 } } }]);
  });

  it('tells of a container that vanished, and counts it as a restart', () => {
    const previous = status({ state: stateWith([instance(web, { attempt: 2 })]) });
    const lost = status({ state: stateWith([]), previous });
    expect(lost.containerStatuses).toMatchObject([
      {
        restartCount: 2,
        state: { waiting: {} },
        lastState: {
          terminated: { reason: 'ContainerStatusUnknown', exitCode: 137, message: expect.stringContaining('used to be Running') as string },
        },
      },
    ]);
  });

  it('says what a container was given once it is made, also that it was given nothing', () => {
    const resources = { requests: { cpu: '100m' }, limits: { memory: '64Mi' } };
    const sized = container('sized', { resources });
    const spec = pod({ containers: [web, sized] });
    expect(status({ pod: spec }).containerStatuses?.map((each) => each.resources)).toEqual([undefined, undefined]);
    expect(status({ pod: spec, state: stateWith([instance(web), instance(sized)]) }).containerStatuses).toMatchObject([
      { resources: {} },
      { resources, allocatedResources: { cpu: '100m' } },
    ]);
  });

  it('is not initialized while an init container runs, and done ones are ready', () => {
    const spec = pod({ initContainers: [container('a'), container('b')] });
    const current = status({ pod: spec, state: stateWith([exited(container('a'), 0), instance(container('b'))]) });
    expect(condition(current, 'Initialized')).toMatchObject({ status: 'False', message: 'containers with incomplete status: [b]' });
    expect(current.initContainerStatuses?.map(({ ready }) => ready)).toEqual([true, false]);
  });

  it('gives a pod on the network of the node its addresses, and keeps those of a sandbox that is gone', () => {
    expect(status({ pod: pod({ hostNetwork: true }), state: stateWith([], [sandbox({ ips: [] })]) }).podIPs).toEqual([
      { ip: '192.168.0.1' },
    ]);
    const previous = status({ state: stateWith([instance(web)]) });
    expect(status({ state: stateWith([], []), previous }).podIP).toBe('10.0.0.5');
  });
});
