import type { ContainerConfig, SandboxConfig } from '../container-runtime';
import { containerSpec, sandboxSpec, type Surroundings } from './container-spec';

const around: Surroundings = { node: 'n', cgroupDriver: 'cgroupfs', negativeOomScores: true, log: { maxSize: '10m', maxFiles: 5 } };
const linux = { hostNetwork: false, hostPID: false, hostIPC: false, shareProcessNamespace: false, sysctls: {} };
const sandbox: SandboxConfig = {
  pod: { namespace: 'ns', name: 'web', uid: 'u-1' },
  attempt: 1,
  hostname: 'web',
  portMappings: [],
  labels: {},
  annotations: {},
  logDirectory: '/var/log/pods/ns_web_u-1',
  linux,
};
const container: ContainerConfig = {
  name: 'main',
  attempt: 2,
  image: 'nginx',
  env: [],
  mounts: [],
  devices: [],
  labels: {},
  annotations: {},
  logPath: 'main/2.log',
  stdin: false,
  stdinOnce: false,
  tty: false,
  resources: {},
  security: {},
};
const spec = (
  overrides: Partial<ContainerConfig>,
  context: { linux?: Partial<SandboxConfig['linux']>; around?: Partial<Surroundings> } = {},
) =>
  containerSpec(
    'sb',
    { ...container, ...overrides },
    {
      sandbox: { ...sandbox, linux: { ...linux, ...context.linux } },
      around: { ...around, ...context.around },
    },
  );

describe('sandboxSpec', () => {
  it('publishes host ports, and none on the host network', () => {
    const portMappings = [
      { protocol: 'TCP', containerPort: 80, hostPort: 8080 },
      { protocol: 'UDP', containerPort: 53, hostPort: 0 },
    ] as const;
    const bindings = (hostNetwork: boolean): unknown =>
      sandboxSpec({ ...sandbox, portMappings, linux: { ...linux, hostNetwork } }, 'pause', { name: 'bridge' }, around).HostConfig
        ?.PortBindings;
    expect(bindings(false)).toEqual({ '80/tcp': [{ HostIp: '', HostPort: '8080' }] });
    expect(bindings(true)).toEqual({});
  });

  it('asks for its address on the pod network', () => {
    const made = sandboxSpec(sandbox, 'pause', { name: 'pods', address: '10.244.1.5' }, around);
    expect(made.name).toBe('k8s_POD_web_ns_u-1_1');
    expect(made.NetworkingConfig).toEqual({ EndpointsConfig: { pods: { IPAMConfig: { IPv4Address: '10.244.1.5' } } } });
  });
});

describe('containerSpec', () => {
  it('names a systemd slice by its last part, and a cgroupfs parent by its path', () => {
    const parent = { cgroupParent: '/kubepods.slice/kubepods-podx.slice' };
    expect(spec({}, { linux: parent, around: { cgroupDriver: 'systemd' } }).HostConfig?.CgroupParent).toBe('kubepods-podx.slice');
    expect(spec({}, { linux: { cgroupParent: '/kubepods/podx' } }).HostConfig?.CgroupParent).toBe('/kubepods/podx');
  });

  it('joins the sandbox, and of its processes only what the pod shares', () => {
    expect(spec({}).HostConfig).toMatchObject({ NetworkMode: 'container:sb', IpcMode: 'container:sb' });
    expect(spec({}).HostConfig).not.toHaveProperty('PidMode');
    expect(spec({}, { linux: { shareProcessNamespace: true } }).HostConfig?.PidMode).toBe('container:sb');
    expect(spec({}, { linux: { hostPID: true, shareProcessNamespace: true } }).HostConfig?.PidMode).toBe('host');
  });

  it('joins the processes of its target, unless its pod has one namespace for all', () => {
    const target = { targetId: 'web' };
    expect(spec(target).HostConfig?.PidMode).toBe('container:web');
    expect(spec(target, { linux: { shareProcessNamespace: true } }).HostConfig?.PidMode).toBe('container:sb');
    expect(spec(target, { linux: { hostPID: true } }).HostConfig?.PidMode).toBe('host');
  });

  it('leaves the propagation of a private mount to the engine, which refuses to be told it for a mount of everything', () => {
    const root = { hostPath: '/', containerPath: '/host', readOnly: false };
    const mounts = [
      { ...root, propagation: 'private' as const },
      { ...root, propagation: 'host-to-container' as const },
    ];
    const [own, slave] = spec({ mounts }).HostConfig?.Mounts ?? [];
    expect(own).toEqual({ Type: 'bind', Source: '/', Target: '/host', ReadOnly: false });
    expect(slave?.BindOptions).toEqual({ Propagation: 'rslave' });
  });

  it('confines system calls only when asked, the reverse of the default of Docker', () => {
    expect(spec({}).HostConfig?.SecurityOpt).toEqual(['seccomp=unconfined']);
    expect(spec({ security: { seccompProfile: 'runtime-default', allowPrivilegeEscalation: false } }).HostConfig?.SecurityOpt).toEqual([
      'no-new-privileges',
    ]);
  });

  it('gives up a negative OOM score, and only that, where the engine can not set it', () => {
    const score = (oomScoreAdjust: number) =>
      spec({ resources: { oomScoreAdjust } }, { around: { negativeOomScores: false } }).HostConfig?.OomScoreAdj;
    expect([score(-997), score(1000)]).toEqual([0, 1000]);
    expect(spec({ resources: { oomScoreAdjust: -997 } }).HostConfig?.OomScoreAdj).toBe(-997);
  });

  it('keeps an image entrypoint when only arguments are given', () => {
    const made = spec({ args: ['-v'] });
    expect(made).not.toHaveProperty('Entrypoint');
    expect(made.Cmd).toEqual(['-v']);
  });
});
