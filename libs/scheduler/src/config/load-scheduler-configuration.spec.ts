import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testProfile } from '../testing/objects';
import { loadSchedulerConfiguration } from './load-scheduler-configuration';

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

describe('loadSchedulerConfiguration', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-scheduler-'));
    path = join(folder, 'config.yaml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const load = async (body: string) => {
    await writeFile(path, HEAD + body);
    return loadSchedulerConfiguration(path);
  };

  it('makes the default scheduler of an empty file', async () => {
    const { scheduler, flags } = await load('');
    expect(scheduler.backoff).toEqual({ initial: 1000, max: 10_000 });
    expect(scheduler.profiles).toMatchObject([{ schedulerName: 'default-scheduler' }]);
    expect(flags).toEqual({});
    expect(testProfile(undefined, scheduler.profiles[0]).score.map(({ plugin, weight }) => [plugin.name, weight])).toEqual([
      ['TaintToleration', 3],
      ['NodeAffinity', 2],
      ['NodeResourcesFit', 1],
      ['InterPodAffinity', 2],
      ['NodeResourcesBalancedAllocation', 1],
      ['ImageLocality', 1],
    ]);
  });

  it('reads what flags say too, in their units', async () => {
    const { flags } = await load(
      'clientConnection: {kubeconfig: /k, qps: 500, burst: 1000}\nleaderElection: {leaderElect: false, leaseDuration: 1m, resourceName: mine}\n',
    );
    expect(flags).toEqual({
      kubeconfig: '/k',
      'kube-api-qps': 500,
      'kube-api-burst': 1000,
      'leader-elect': false,
      'leader-elect-lease-duration': 60_000,
      'leader-elect-resource-name': 'mine',
    });
  });

  it('reads profiles with their plugins and arguments', async () => {
    const { scheduler } = await load(`
percentageOfNodesToScore: 30
podInitialBackoffSeconds: 2
profiles:
- schedulerName: default-scheduler
- schedulerName: packing
  percentageOfNodesToScore: 100
  plugins:
    score: {disabled: [{name: NodeResourcesBalancedAllocation}], enabled: [{name: NodeResourcesFit, weight: 9}]}
  pluginConfig:
  - name: NodeResourcesFit
    args:
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: NodeResourcesFitArgs
      scoringStrategy: {type: MostAllocated, resources: [{name: cpu}]}
`);
    expect(scheduler.profiles.map(({ schedulerName, percentageOfNodesToScore }) => [schedulerName, percentageOfNodesToScore])).toEqual([
      ['default-scheduler', 30],
      ['packing', 100],
    ]);
    expect(scheduler.backoff).toEqual({ initial: 2000, max: 10_000 });
    expect(scheduler.profiles[1]?.pluginArgs?.NodeResourcesFit?.scoringStrategy).toEqual({
      type: 'MostAllocated',
      resources: [{ name: 'cpu', weight: 1 }],
    });
  });

  it.each([
    ['percentageOfNodesToScores: 1\n', 'strict decoding error: unknown field "percentageOfNodesToScores"'],
    ['percentageOfNodesToScore: 101\n', 'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]'],
    ['podInitialBackoffSeconds: 0\n', 'podInitialBackoffSeconds: Invalid value: 0: must be greater than 0'],
    ['podMaxBackoffSeconds: 0\n', 'podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to PodInitialBackoffSeconds'],
    [
      'leaderElection: {resourceLock: endpoints}\n',
      'leaderElection.resourceLock: Invalid value: "endpoints": resourceLock value must be "leases"',
    ],
    ['profiles: [{}, {schedulerName: a}]\n', 'profiles[0].schedulerName: Required value'],
    ['profiles: [{schedulerName: a}, {schedulerName: a}]\n', 'profiles[1].schedulerName: Duplicate value: "a"'],
    ['profiles: [{plugins: {scores: {}}}]\n', 'strict decoding error: unknown field "profiles[0].plugins.scores"'],
    [
      'profiles: [{pluginConfig: [{name: NodeName}]}]\n',
      'profiles[0].pluginConfig[0].name: there is no plugin "NodeName" that takes arguments',
    ],
    [
      'profiles: [{pluginConfig: [{name: InterPodAffinity, args: {weight: 1}}]}]\n',
      'strict decoding error: unknown field "profiles[0].pluginConfig[0].args.weight"',
    ],
    [
      'profiles: [{pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 200}}]}]\n',
      'profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 200: not in valid range [0, 100]',
    ],
    [
      'profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: Best}}}]}]\n',
      'scoringStrategy.type: Unsupported value: "Best": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
    ],
    [
      'profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: RequestedToCapacityRatio}}}]}]\n',
      'requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio',
    ],
  ])('refuses %j in one line', async (body, message) => {
    const refusal = await load(body).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
    expect(refusal).toContain(message);
    expect(refusal).not.toContain('\n');
    expect(refusal.startsWith(path)).toBe(true);
  });
});
