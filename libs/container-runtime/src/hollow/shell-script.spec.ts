import { endOfShellScript } from './shell-script';

const container = { image: 'example.org/web:1', stdin: false };
const shell = (script: string) => endOfShellScript({ ...container, command: ['/bin/sh', '-c'], args: [script] });

describe('endOfShellScript', () => {
  it('takes an exit code at its word', () => {
    expect(shell('exit 3')).toEqual({ runMilliseconds: 0, exitCode: 3 });
  });

  it('sleeps before it exits', () => {
    expect(shell('sleep 1.5 && exit 0')).toEqual({ runMilliseconds: 1500, exitCode: 0 });
  });

  it('takes the way that succeeds where there are several', () => {
    expect(shell('if [[ -r /data/foo ]]; then exit 0; else touch /data/foo; exit 1; fi')).toEqual({ runMilliseconds: 0, exitCode: 0 });
    expect(shell('test -f /done || exit 4; exit 0')?.exitCode).toBe(0);
  });

  it('knows that the shell of BusyBox ends when it has nothing to do', () => {
    expect(endOfShellScript({ ...container, image: 'example.org:5000/busybox:1.36' })).toEqual({ runMilliseconds: 0, exitCode: 0 });
    expect(endOfShellScript({ image: 'busybox', stdin: true })).toBeUndefined();
  });

  it.each([
    ['without an exit', { command: ['sh', '-c', 'sleep 5'] }],
    ['that is no shell', { command: ['node', '-e', 'exit 0'] }],
    ['of the image', {}],
  ])('lets a command run on %s', (_, config) => {
    expect(endOfShellScript({ ...container, ...config })).toBeUndefined();
  });
});
