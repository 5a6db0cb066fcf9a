import type { Pod, PodStatus } from '@keelson/api';
import { container, exited, instance, pod, stateWith } from '../testing/fixtures';
import { logTarget } from './log-target';

const web = container('web');
const asked = { container: 'web', previous: false };

const withStatus = (status: PodStatus): Pod => ({ ...pod(), status });
const waiting = (reason: string): Pod =>
  withStatus({
    containerStatuses: [{ name: 'web', image: '', imageID: '', ready: false, restartCount: 0, state: { waiting: { reason } } }],
  });

describe('logTarget', () => {
  it('shows the newest instance, whether it runs or has ended, and on request the one before', () => {
    const state = stateWith([instance(web, { attempt: 1 }), exited(web, 1)]);
    expect(logTarget(pod(), state, asked).attempt).toBe(1);
    expect(logTarget(pod(), state, { ...asked, previous: true }).attempt).toBe(0);
    expect(logTarget(pod(), stateWith([exited(web, 1)]), asked).state).toBe('exited');
  });

  it('shows ephemeral containers, too', () => {
    const shell = container('shell');
    const debugged = pod({ ephemeralContainers: [shell] });
    expect(logTarget(debugged, stateWith([instance(shell)]), { ...asked, container: 'shell' }).name).toBe('shell');
  });

  it.each([
    ['ContainerCreating', 'is waiting to start: ContainerCreating'],
    ['ErrImagePull', `is waiting to start: image can't be pulled`],
    ['ImagePullBackOff', 'is waiting to start: trying and failing to pull image'],
  ])('says of a container that waits for %s that it %s', (reason, words) => {
    expect(() => logTarget(waiting(reason), stateWith([]), asked)).toThrow(`container "web" in pod "web" ${words}`);
  });

  it('tells a container that is not in the pod from one that is not there yet or has no instance before', () => {
    const refusal = (more: object) => () => logTarget(pod(), stateWith([instance(web)]), { ...asked, ...more });
    expect(refusal({ container: 'nobody' })).toThrow(
      expect.objectContaining({ status: 404, message: 'container "nobody" not found in pod "web"' }) as Error,
    );
    expect(refusal({ previous: true })).toThrow(
      expect.objectContaining({ status: 400, message: 'previous terminated container "web" in pod "web" not found' }) as Error,
    );
    expect(() => logTarget(pod(), stateWith([]), asked)).toThrow('container "web" in pod "web" is not available');
  });
});
