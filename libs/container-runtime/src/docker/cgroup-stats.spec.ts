import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cgroupStats } from './cgroup-stats';

describe('cgroupStats', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'keelson-cgroup-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const files = () => ({ proc: join(root, 'proc'), cgroup: join(root, 'cgroup') });
  const write = (content: Record<string, string>): void => {
    for (const [path, text] of Object.entries(content)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };

  it('reads version 1, on a hybrid system too', async () => {
    write({
      'proc/7/cgroup': '3:memory:/pod/a\n2:cpu,cpuacct:/pod/b\n0::/elsewhere\n',
      'cgroup/cpuacct/pod/b/cpuacct.usage': '123\n',
      'cgroup/memory/pod/a/memory.usage_in_bytes': '1000\n',
      'cgroup/memory/pod/a/memory.stat': 'inactive_file 1\ntotal_inactive_file 300\n',
    });
    expect(await cgroupStats(7, 5, files())).toEqual({
      cpuNanoseconds: 123,
      memoryUsageBytes: 1000,
      memoryWorkingSetBytes: 700,
      timestamp: 5,
    });
  });

  it('reads version 2, whose times are microseconds', async () => {
    write({
      'proc/7/cgroup': '0::/pod\n',
      'cgroup/pod/cpu.stat': 'usage_usec 9\nuser_usec 4\n',
      'cgroup/pod/memory.current': '100\n',
      'cgroup/pod/memory.stat': 'inactive_file 300\n',
    });
    expect(await cgroupStats(7, 5, files())).toEqual({
      cpuNanoseconds: 9000,
      memoryUsageBytes: 100,
      memoryWorkingSetBytes: 0,
      timestamp: 5,
    });
  });

  it('has nothing for a process that has ended', async () => {
    expect(await cgroupStats(7, 5, files())).toBeUndefined();
  });
});
