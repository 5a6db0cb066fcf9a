import { FakeClock } from '@keelson/apimachinery';
import { chooseRuntime, type RuntimeChoice } from './choose-runtime';
import { fakeMachine, fakeTerminal, type FakeMachine } from './testing/fake-machine';

function choose(machine: FakeMachine, wanted?: RuntimeChoice) {
  const terminal = fakeTerminal();
  const clock = new FakeClock();
  return { chosen: chooseRuntime(wanted, { machine, terminal, clock }), terminal, clock };
}

const READY = { programs: ['dockerd', 'iptables', 'nft', 'conntrack'], docker: 'answers' } as const;

describe('chooseRuntime', () => {
  it('takes Docker where it answers, and installs nothing', async () => {
    const machine = fakeMachine(READY);
    expect(await choose(machine).chosen).toBe('docker');
    expect(machine.installed).toEqual([]);
  });

  it('installs Docker and what pods’ networks need, says so before, and starts it', async () => {
    const machine = fakeMachine({ programs: [], docker: 'answers once started', hasSystemd: true });
    const { chosen, terminal } = choose(machine);
    expect(await chosen).toBe('docker');
    expect(terminal.lines.join('\n')).toMatch(/installing it .*docker.io[\s\S]*Starting Docker[\s\S]*iptables nftables conntrack/);
    expect(machine.installed).toEqual(['docker.io', 'iptables', 'nftables', 'conntrack']);
    expect(machine.started).toEqual(['docker']);
  });

  it('starts a Docker that is installed and does not run', async () => {
    const machine = fakeMachine({ ...READY, docker: 'answers once started', hasSystemd: true });
    expect(await choose(machine).chosen).toBe('docker');
    expect(machine.installed).toEqual([]);
    expect(machine.started).toEqual(['docker']);
  });

  it('simulates nodes where Docker does not come up, and says how to start it without systemd', async () => {
    const { chosen, terminal } = choose(fakeMachine({ programs: [], docker: 'silent' }));
    expect(await chosen).toBe('hollow');
    expect(terminal.lines.join('\n')).toContain('start its daemon (there is no systemd here): dockerd');
  });

  it('gives a started Docker some seconds, and no more', async () => {
    const { chosen, clock } = choose(fakeMachine({ ...READY, docker: 'silent', hasSystemd: true }), 'docker');
    const refused = expect(chosen).rejects.toThrow('see systemctl status docker');
    await clock.advance(16_000);
    await refused;
  });

  it('simulates nodes where Docker can not be had, and names the command that brings it', async () => {
    const { chosen, terminal } = choose(fakeMachine({ programs: [], docker: 'silent', isRoot: false }));
    expect(await chosen).toBe('hollow');
    expect(terminal.lines.join('\n')).toContain('sudo apt-get install docker.io');
  });

  it('refuses to simulate what was asked for', async () => {
    await expect(choose(fakeMachine({ programs: [], docker: 'silent', hasApt: false }), 'docker').chosen).rejects.toThrow(
      'Docker does not answer',
    );
    await expect(choose(fakeMachine({ ...READY, isRoot: false }), 'docker').chosen).rejects.toThrow('need root');
    const bare = fakeMachine({ ...READY, programs: ['dockerd', 'iptables', 'conntrack'], hasApt: false });
    await expect(choose(bare, 'docker').chosen).rejects.toThrow('nft is not installed; install nftables');
  });
});
