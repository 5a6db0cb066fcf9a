import { createMetricsRegistry, HealthChecks, parseFlags, silentLogger, versionInfo } from '@keelson/component-base';
import { kubeletFlags } from './config/kubelet-flags';
import { runKubeletDaemon } from './run-kubelet-daemon';

function run(...flags: string[]): Promise<void> {
  const parsed = parseFlags({ name: 'kubelet', description: '' }, kubeletFlags, flags);
  if (parsed.type !== 'run') throw new Error(parsed.text);
  const version = versionInfo(process);
  const { signal } = new AbortController();
  const context = { log: silentLogger, metrics: createMetricsRegistry(process, version), health: new HealthChecks(), version, signal };
  return runKubeletDaemon(parsed.values, context, new Set(flags.map((flag) => flag.replace(/^--|=.*/g, ''))));
}

describe('runKubeletDaemon', () => {
  it('ends in one line that names the flag or the file that keeps it from beginning', async () => {
    await expect(run()).rejects.toThrow(/^--kubeconfig is required[^\n]*$/);
    await expect(run('--kubeconfig=/no/such/file')).rejects.toThrow(/^[^\n]*\/no\/such\/file[^\n]*$/);
    await expect(run('--config=/no/such/file')).rejects.toThrow(/^[^\n]*\/no\/such\/file[^\n]*$/);
    await expect(run('--hollow-nodes=1')).rejects.toThrow(/^--hollow-kubeconfig-dir or --kubeconfig is required[^\n]*$/);
    await expect(run('--max-pods=-1', '--kubeconfig=/no/such/file')).rejects.toThrow(/^[^\n]*-1[^\n]*$/);
  });
});
