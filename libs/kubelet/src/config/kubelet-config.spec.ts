import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFlags } from '@keelson/component-base';
import { loadKubeletConfiguration } from './configuration-file';
import { validateKubeletConfig } from './kubelet-config';
import { kubeletConfig, kubeletFlags } from './kubelet-flags';

describe('the configuration of the kubelet', () => {
  let folder: string;

  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'kubelet-config-'))));
  afterEach(() => rm(folder, { recursive: true }));

  async function load(text: string) {
    const path = join(folder, 'config.yaml');
    await writeFile(path, `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${text}`);
    return loadKubeletConfiguration(path);
  }

  async function config(args: string[], text?: string) {
    const parsed = parseFlags({ name: 'kubelet', description: '' }, kubeletFlags, args);
    if (parsed.type !== 'run') throw new Error('expected flags to run with');
    return kubeletConfig(parsed.values, {
      given: parsed.given,
      file: text === undefined ? undefined : await load(text),
      hostname: 'Machine-1',
    });
  }

  it('lets a flag that is given win over the file, and the file over the defaults', async () => {
    const file = 'maxPods: 50\nclusterDNS: [10.0.0.10]\nauthentication: { x509: { clientCAFile: /ca.crt } }\n';
    expect(await config(['--max-pods=60'], file)).toMatchObject({
      maxPods: 60,
      clusterDNS: ['10.0.0.10'],
      clientCAFile: '/ca.crt',
      port: 10250,
      nodeName: 'machine-1',
    });
  });

  it('is stricter by default with a file than by flags alone, as upstream', async () => {
    expect(await config([])).toMatchObject({ authorizationMode: 'AlwaysAllow', anonymousAuth: true, tokenReviews: false });
    expect(await config([], '')).toMatchObject({ authorizationMode: 'Webhook', anonymousAuth: false, tokenReviews: true });
  });

  it('reads taints, addresses and durations', async () => {
    const read = await config([
      '--register-with-taints=a=b:NoSchedule,c:NoExecute',
      '--node-ip=10.0.0.1,fd00::1',
      '--cpu-cfs-quota-period=5ms',
    ]);
    expect(read.registerWithTaints).toEqual([
      { key: 'a', value: 'b', effect: 'NoSchedule' },
      { key: 'c', effect: 'NoExecute' },
    ]);
    expect(read).toMatchObject({ nodeIPs: ['10.0.0.1', 'fd00::1'], cpuCFSQuotaPeriod: 5 });
  });

  it('takes what it asks of TLS from the file or the flags, and refuses names it does not know', async () => {
    const file = 'tlsMinVersion: VersionTLS13\ntlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n';
    expect(await config(['--tls-min-version=VersionTLS12'], file)).toMatchObject({
      tlsMinVersion: 'VersionTLS12',
      tlsCipherSuites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
    });
    await expect(load('tlsMinVersion: TLS13\n')).rejects.toThrow('config.yaml: unknown tls version "TLS13"');
    await expect(config(['--tls-cipher-suites=TLS_NULL'])).rejects.toThrow("Cipher suite TLS_NULL not supported or doesn't exist");
  });

  it('refuses a field that would have no effect, and a mode it does not know', async () => {
    await expect(load('topologyManagerPolicy: none\n')).rejects.toThrow('unknown field "topologyManagerPolicy"');
    await expect(load('authorization: { mode: RBAC }\n')).rejects.toThrow('unknown authorization mode "RBAC"');
  });

  it('names every value that can not be', async () => {
    const wrong = { ...(await config([])), port: 0, maxParallelImagePulls: 0 };
    expect(validateKubeletConfig(wrong)).toEqual([
      'invalid configuration: port (--port) 0 must be between 1 and 65535, inclusive',
      'invalid configuration: maxParallelImagePulls 0 must be a positive number',
    ]);
  });
});
