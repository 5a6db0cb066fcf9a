import type { DaemonSpec } from './daemon-specs';
import type { Machine } from './machine';

/** A line for each port that a daemon needs and someone else has: which, for whom, and who has it, as far as that can be found out. */
export async function takenPorts(
  machine: Pick<Machine, 'isPortTaken' | 'portOwner'>,
  specs: readonly Pick<DaemonSpec, 'name' | 'ports'>[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { name, ports } of specs)
    for (const port of ports) {
      if (!(await machine.isPortTaken(port))) continue;
      const owner = machine.portOwner(port);
      const who = owner === undefined ? 'another program' : `${owner.program} (pid ${owner.pid})`;
      lines.push(`port ${port}, which ${name} needs, is in use by ${who}`);
    }
  return lines;
}
