import type { Pod } from '@keelson/api';
import { chooseContainer } from './pod-target';

const podWith = (containers: readonly string[], initContainers: readonly string[] = []): Pod =>
  ({
    metadata: { name: 'web' },
    spec: { containers: containers.map((name) => ({ name })), initContainers: initContainers.map((name) => ({ name })) },
  }) as unknown as Pod;

describe('chooseContainer', () => {
  it('takes the only container if none is named', () => {
    expect(chooseContainer(podWith(['app'], ['setup']), '')).toBe('app');
  });

  it('takes a named init container', () => {
    expect(chooseContainer(podWith(['app'], ['setup']), 'setup')).toBe('setup');
  });

  it('asks which, if there are several', () => {
    expect(() => chooseContainer(podWith(['app', 'proxy'], ['setup']), '')).toThrow(
      'a container name must be specified for pod web, choose one of: [app proxy] or one of the init containers: [setup]',
    );
  });

  it('refuses a name that is none of the pod', () => {
    expect(() => chooseContainer(podWith(['app']), 'other')).toThrow('container other is not valid for pod web');
  });
});
