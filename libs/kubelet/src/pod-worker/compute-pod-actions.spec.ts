import { container, exited, instance, pod, sandbox, stateWith } from '../testing/fixtures';
import { computePodActions, type ProbeVerdicts } from './compute-pod-actions';

const ALL_WELL: ProbeVerdicts = { liveness: () => 'success', startup: () => 'success' };
const web = container('web');
const init = container('init');
const proxy = container('proxy', { restartPolicy: 'Always' });
const started = (actions: ReturnType<typeof computePodActions>) => actions.start.map((entry) => entry.container.name);

describe('computePodActions', () => {
  it('starts ephemeral containers once each, even before the init containers are done', () => {
    const spec = pod({ initContainers: [init], ephemeralContainers: [container('first'), container('second')] });
    const state = stateWith([instance(init), exited(container('first'), 1)]);
    expect(started(computePodActions(spec, state, ALL_WELL))).toEqual(['second']);
    expect(started(computePodActions(spec, stateWith([instance(init)]), ALL_WELL))).toEqual(['first', 'second']);
  });

  it('does not keep a pod alive, nor make it a sandbox, for the sake of an ephemeral container', () => {
    const shell = container('shell');
    const spec = pod({ restartPolicy: 'Never', ephemeralContainers: [shell] });
    const actions = computePodActions(spec, stateWith([exited(web, 0), instance(shell)]), ALL_WELL);
    expect(actions).toMatchObject({ killPod: true, start: [] });
    expect(started(computePodActions(spec, stateWith([], []), ALL_WELL))).toEqual(['web']);
  });

  it('does nothing for a pod that is as it should be', () => {
    const actions = computePodActions(pod(), stateWith([instance(web)]), ALL_WELL);
    expect(actions).toEqual({ killPod: false, kill: [], start: [], remove: [] });
  });

  it('makes a sandbox and starts only the first init container', () => {
    const actions = computePodActions(pod({ initContainers: [init, container('second')] }), stateWith([], []), ALL_WELL);
    expect(actions).toMatchObject({ killPod: true, newSandboxAttempt: 0 });
    expect(started(actions)).toEqual(['init']);
  });

  it('waits for a sidecar to have started before what follows it', () => {
    const spec = pod({ initContainers: [proxy, init] });
    const state = stateWith([instance(proxy)]);
    expect(started(computePodActions(spec, state, { ...ALL_WELL, startup: () => 'unknown' }))).toEqual([]);
    expect(started(computePodActions(spec, state, ALL_WELL))).toEqual(['init']);
  });

  it('does not run init containers again after the kubelet has lost sight of them', () => {
    const actions = computePodActions(pod({ initContainers: [init] }), stateWith([instance(web)]), ALL_WELL);
    expect(started(actions)).toEqual([]);
  });

  it('runs init containers again in a new sandbox although they succeeded in the old one', () => {
    const spec = pod({ initContainers: [init] });
    const old = [exited(init, 0, { sandboxId: 'old' }), exited(web, 137, { sandboxId: 'old' })];
    expect(started(computePodActions(spec, stateWith(old, [sandbox({ id: 'new', attempt: 1 })]), ALL_WELL))).toEqual(['init']);
  });

  it('restarts a sidecar that ended while the pod runs, without stopping the pod', () => {
    const actions = computePodActions(pod({ initContainers: [proxy] }), stateWith([exited(proxy, 0), instance(web)]), ALL_WELL);
    expect(actions.killPod).toBe(false);
    expect(started(actions)).toEqual(['proxy']);
  });

  it.each([
    ['Always', 0, true],
    ['OnFailure', 0, false],
    ['OnFailure', 1, true],
    ['Never', 1, false],
  ])('with restartPolicy %s a container that ended with %i is started again: %s', (restartPolicy, exitCode, again) => {
    const actions = computePodActions(pod({ restartPolicy }), stateWith([exited(web, exitCode)]), ALL_WELL);
    expect(started(actions)).toEqual(again ? ['web'] : []);
    expect(actions.killPod).toBe(!again);
  });

  it('lets a container rule override the policy of its pod', () => {
    const picky = container('web', {
      restartPolicy: 'Never',
      restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
    });
    const spec = pod({ restartPolicy: 'Never', containers: [picky] });
    expect(started(computePodActions(spec, stateWith([exited(picky, 42)]), ALL_WELL))).toEqual(['web']);
    expect(computePodActions(spec, stateWith([exited(picky, 1)]), ALL_WELL).killPod).toBe(true);
  });

  it('ends a pod whose init container failed and may not be restarted', () => {
    const actions = computePodActions(pod({ restartPolicy: 'Never', initContainers: [init] }), stateWith([exited(init, 1)]), ALL_WELL);
    expect(actions).toMatchObject({ killPod: true, start: [] });
    expect(actions.newSandboxAttempt).toBeUndefined();
  });

  it('kills and restarts what fails its liveness probe, or was made from another definition', () => {
    const failing = computePodActions(pod(), stateWith([instance(web)]), { ...ALL_WELL, liveness: () => 'failure' });
    expect(failing.kill).toMatchObject([{ reason: 'liveness-failed' }]);
    expect(started(failing)).toEqual(['web']);
    const changed = computePodActions(
      pod({ containers: [container('web', { image: 'registry.test/web:2' })] }),
      stateWith([instance(web)]),
      ALL_WELL,
    );
    expect(changed.kill).toMatchObject([{ reason: 'definition-changed' }]);
  });

  it('does not restart after a failed liveness probe where the pod forbids restarts', () => {
    const actions = computePodActions(pod({ restartPolicy: 'Never' }), stateWith([instance(web)]), {
      ...ALL_WELL,
      liveness: () => 'failure',
    });
    expect(actions.kill).toHaveLength(1);
    expect(started(actions)).toEqual([]);
  });

  it('takes a sandbox without an address as lost, unless it is on the network of the node', () => {
    const state = stateWith([instance(web)], [sandbox({ ips: [] })]);
    expect(computePodActions(pod(), state, ALL_WELL).newSandboxAttempt).toBe(1);
    expect(computePodActions(pod({ hostNetwork: true }), state, ALL_WELL).newSandboxAttempt).toBeUndefined();
  });

  it('makes no new sandbox for a pod that is done', () => {
    const state = stateWith([exited(web, 0)], [sandbox({ state: 'not-ready', ips: [] })]);
    expect(computePodActions(pod({ restartPolicy: 'OnFailure' }), state, ALL_WELL)).toMatchObject({ killPod: true, start: [] });
  });

  it('keeps two dead containers of a name and removes the older ones', () => {
    const dead = [0, 1, 2, 3].map((attempt) => exited(web, 1, { attempt }));
    const { remove } = computePodActions(pod(), stateWith(dead), ALL_WELL);
    expect(remove.map(({ attempt }) => attempt)).toEqual([1, 0]);
  });
});
