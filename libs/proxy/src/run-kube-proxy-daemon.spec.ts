import { createMetricsRegistry, HealthChecks, parseFlags, silentLogger, versionInfo } from '@keelson/component-base';
import { proxyFlags } from './proxy-flags';
import { runKubeProxyDaemon } from './run-kube-proxy-daemon';

function run(...flags: string[]): Promise<void> {
  const parsed = parseFlags({ name: 'kube-proxy', description: '' }, proxyFlags, flags);
  if (parsed.type !== 'run') throw new Error(parsed.text);
  const version = versionInfo(process);
  const { signal } = new AbortController();
  const context = { log: silentLogger, metrics: createMetricsRegistry(process, version), health: new HealthChecks(), version, signal };
  return runKubeProxyDaemon(parsed.values, context, new Set(flags.map((flag) => flag.replace(/^--|=.*/g, ''))));
}

describe('runKubeProxyDaemon', () => {
  it('ends in one line that names the flag or the file that keeps it from beginning', async () => {
    await expect(run()).rejects.toThrow(/^--kubeconfig [^\n]*is required[^\n]*$/);
    await expect(run('--kubeconfig=/no/such/file')).rejects.toThrow(/^[^\n]*\/no\/such\/file[^\n]*$/);
    await expect(run('--config=/no/such/file')).rejects.toThrow(/^[^\n]*\/no\/such\/file[^\n]*$/);
  });
});
