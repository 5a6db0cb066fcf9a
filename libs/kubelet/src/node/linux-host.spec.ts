import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinuxHost } from './linux-host';

describe('LinuxHost', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'keelson-host-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const host = (resolvConf = '') => new LinuxHost({ rootDir: folder, resolvConf });

  it('says what the kernel says of the machine', async () => {
    const info = await host().info();
    expect(info.kernelVersion).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim());
    expect(info.bootID).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    expect(info.memoryBytes).toBe(Number(/^MemTotal:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024);
    expect(info.osImage).not.toContain('"');
  });

  it('reads figures of pressure that fit together', async () => {
    const pressure = await host().pressure();
    const { memoryBytes } = await host().info();
    expect(pressure.memoryAvailableBytes).toBeGreaterThan(0);
    expect(pressure.memoryAvailableBytes).toBeLessThanOrEqual(memoryBytes);
    expect(pressure.diskAvailableBytes).toBeLessThanOrEqual(pressure.diskCapacityBytes);
    expect(pressure.processes).toBeGreaterThan(0);
    expect(pressure.processes).toBeLessThan(pressure.maxProcesses);
  });

  it('has only addresses that others can reach it by', async () => {
    const loopback = Object.values(networkInterfaces()).flatMap((each = []) => each.filter(({ internal }) => internal));
    const addresses = await host().addresses();
    for (const { address } of loopback) expect(addresses).not.toContain(address);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it('reads the resolver that it was named, and has none if named none or one that is not there', async () => {
    const file = join(folder, 'resolv.conf');
    writeFileSync(file, '# by hand\nnameserver 192.0.2.53\nsearch example.com.\noptions ndots:2\n');
    expect(await host(file).resolver()).toEqual({ servers: ['192.0.2.53'], searches: ['example.com'], options: ['ndots:2'] });
    const none = { servers: [], searches: [], options: [] };
    expect(await host().resolver()).toEqual(none);
    expect(await host(join(folder, 'absent')).resolver()).toEqual(none);
  });
});
