import type { ContainerConfig } from '../container-runtime';
import { endOfCommand } from './command-end';

const container = { image: 'example.org/web:1', stdin: false, env: [] };
const end = (config: Partial<ContainerConfig>) => endOfCommand({ ...container, ...config }, { files: new Set(), now: 0 });

describe('endOfCommand', () => {
  it('runs a shell script with the variables and parameters of the container', () => {
    const command = ['/bin/sh', '-c'];
    expect(end({ command, args: ['sleep $SECONDS_UP; exit $1', 'sh', '3'], env: [{ name: 'SECONDS_UP', value: '2' }] })).toEqual({
      runMilliseconds: 2000,
      exitCode: 3,
    });
  });

  it('runs a program without a shell', () => {
    expect(end({ command: ['sleep', '5'] })).toEqual({ runMilliseconds: 5000, exitCode: 0 });
    expect(end({ command: ['/bin/false'] })).toEqual({ runMilliseconds: 0, exitCode: 1 });
  });

  it('knows that the shell of BusyBox ends when it has nothing to do', () => {
    expect(end({ image: 'example.org:5000/busybox:1.36' })).toEqual({ runMilliseconds: 0, exitCode: 0 });
    expect(end({ image: 'busybox', stdin: true })).toBeUndefined();
  });

  it.each([
    ['of a program that it does not know', { command: ['node', '-e', 'exit 0'] }],
    ['of a script that it does not understand', { command: ['bash', '-c', 'while true; do sleep 1; done'] }],
    ['of a shell with other options', { command: ['sh', '-ec', 'exit 0'] }],
    ['of a shell that reads its script elsewhere', { command: ['sh'] }],
    ['named as what every object has', { command: ['constructor'] }],
    ['of the image', {}],
  ])('lets a command run on %s', (_, config) => {
    expect(end(config)).toBeUndefined();
  });
});
