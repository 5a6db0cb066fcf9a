import { chooseRuntime } from './choose-runtime';
import type { Machine } from './machine';

function machine(fields: Partial<Machine>): Machine & { installed: string[] } {
  const installed: string[] = [];
  return {
    isRoot: true,
    hasApt: true,
    address: '192.0.2.1',
    dockerAnswers: () => Promise.resolve(installed.includes('docker.io')),
    install: async (packages) => void installed.push(...packages),
    isPortTaken: () => Promise.resolve(false),
    ...fields,
    installed,
  };
}

function terminal() {
  const lines: string[] = [];
  return { lines, say: (line: string) => void lines.push(line) };
}

describe('chooseRuntime', () => {
  it('takes Docker where it answers, and installs nothing', async () => {
    const here = machine({ dockerAnswers: () => Promise.resolve(true) });
    expect(await chooseRuntime(here, undefined, terminal())).toBe('docker');
    expect(here.installed).toEqual([]);
  });

  it('says that it installs Docker before it does', async () => {
    const said = terminal();
    const here = machine({});
    expect(await chooseRuntime(here, undefined, said)).toBe('docker');
    expect(said.lines[0]).toContain('installing it');
    expect(here.installed).toEqual(['docker.io']);
  });

  it('simulates nodes where Docker can not be had, and names the command that brings it', async () => {
    const said = terminal();
    expect(await chooseRuntime(machine({ isRoot: false }), undefined, said)).toBe('hollow');
    expect(said.lines.join('\n')).toContain('sudo apt-get install docker.io');
  });

  it('refuses to simulate what was asked for', async () => {
    await expect(chooseRuntime(machine({ hasApt: false }), 'docker', terminal())).rejects.toThrow('Docker does not answer');
    await expect(
      chooseRuntime(machine({ isRoot: false, dockerAnswers: () => Promise.resolve(true) }), 'docker', terminal()),
    ).rejects.toThrow('need root');
  });
});
