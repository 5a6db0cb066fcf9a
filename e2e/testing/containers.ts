import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** An image of nothing but BusyBox, made on this machine; no registry has it. */
export const IMAGE = 'keelson-e2e/busybox:1';

/** kubelet's and kube-scheduler's, as /proc/net/tcp writes them. */
const CLUSTER_PORTS = ['280A', '2813'];

/** Why no cluster with real containers can be tested here; undefined if one can. */
export function whyNoContainers(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  if (clusterRuns()) return 'a cluster runs on this machine; keelson down stops it';
  if (spawnSync('docker', ['version']).status !== 0) return 'Docker does not answer';
  return spawnSync('busybox', ['true']).status === 0 ? undefined : 'busybox is not installed';
}

function clusterRuns(): boolean {
  const listening = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((table) => readFileSync(table, 'utf8').split('\n'))
    .filter((line) => / 0A /.test(line));
  return listening.some((line) => CLUSTER_PORTS.some((port) => line.includes(`:${port} `)));
}

/** Puts {@link IMAGE} into the machine's Docker: BusyBox, and a link for each of `programs`. */
export function makeImage(programs: readonly string[] = ['sh', 'cat', 'tar', 'sleep']): void {
  const busybox = execFileSync('sh', ['-c', 'readlink -f "$(command -v busybox)"'], { encoding: 'utf8' }).trim();
  const script =
    'mkdir -p "$1/bin" "$1/tmp" && cp "$2" "$1/bin/busybox" && for p in $3; do ln -s busybox "$1/bin/$p"; done && tar -c -C "$1" .';
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  try {
    const layer = execFileSync('sh', ['-ec', script, 'sh', folder, busybox, programs.join(' ')], { maxBuffer: 2 ** 26 });
    execFileSync('docker', ['import', '-', IMAGE], { input: layer });
  } finally {
    execFileSync('rm', ['-r', folder]);
  }
}

export function removeImage(): void {
  execFileSync('docker', ['rmi', '--force', IMAGE]);
}

/** A container that runs a shell script. */
export const container = (script: string) => ({
  name: 'main',
  image: IMAGE,
  imagePullPolicy: 'Never',
  command: ['/bin/sh', '-c', script],
});

export const pod = (name: string, spec: object, labels: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { terminationGracePeriodSeconds: 1, ...spec },
});
