import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ClusterFolder } from '../cluster-folder';
import { clusterPaths } from '../cluster-paths';
import { DEFAULT_SETTINGS, type ClusterSettings } from '../cluster-settings';
import { daemonSpecs, type DaemonSpec } from '../daemon-specs';
import type { Machine } from '../machine';
import type { Terminal } from '../terminal';
import { portFindings, processFinding, settingsFinding } from './cluster-findings';
import type { Finding } from './finding';
import { diskFinding, dockerFinding, inotifyFindings, nodeFinding, programFinding, rootFinding } from './machine-findings';

const SIGNS = { good: 'ok  ', fair: 'note', bad: 'BAD ' } as const;

export interface DoctorDeps {
  readonly folder: ClusterFolder;
  readonly machine: Machine;
  readonly terminal: Terminal;
}

/** Looks at all that a cluster needs of the machine, and says a line for each. Changes nothing. @returns whether `keelson up` would work */
export async function doctor({ folder, machine, terminal }: DoctorDeps): Promise<boolean> {
  const { finding: state, settings } = await settingsFinding(folder);
  const { finding: processes, isRunning, own } = processFinding(folder);
  const runtime = machine.isRoot && (await machine.dockerAnswers()) ? 'docker' : 'hollow';
  const specs = specsOf(folder, settings ?? { ...DEFAULT_SETTINGS, runtime, advertiseAddress: '' });
  const findings: readonly Finding[] = [
    nodeFinding(machine),
    rootFinding(machine),
    await dockerFinding(machine),
    await programFinding(machine, 'iptables', { package: 'iptables', use: "pods' network" }),
    await programFinding(machine, 'nft', { package: 'nftables', use: 'kube-proxy' }),
    await programFinding(machine, 'conntrack', { package: 'conntrack', use: 'kube-proxy' }),
    await diskFinding(machine, existingParent(folder.home)),
    ...inotifyFindings(machine),
    state,
    processes,
    ...(isRunning ? [] : await portFindings(machine, specs, own)),
  ];
  for (const { line, verdict } of findings) terminal.say(`${SIGNS[verdict]}  ${line}`);
  return findings.every(({ verdict }) => verdict !== 'bad');
}

function specsOf(folder: ClusterFolder, settings: ClusterSettings): readonly DaemonSpec[] {
  return daemonSpecs({ folder, settings, pki: clusterPaths(folder, settings) });
}

function existingParent(path: string): string {
  return existsSync(path) ? path : existingParent(dirname(path));
}
