import { pods, type Pod, type PodSpec, type PodStatus } from '@keelson/api';
import { evaluatorOf } from './evaluator-of';
import { usageList } from './usage';

const evaluator = evaluatorOf(pods)!;
const NOW = Date.parse('2026-01-01T00:01:00Z');

const podOf = (spec: Partial<PodSpec> = {}, status: PodStatus = {}, metadata: Partial<Pod['metadata']> = {}): Pod => ({
  metadata: { name: 'web', namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
  spec: { containers: [{ name: 'app', image: 'i' }], ...spec },
  status,
});
const asking = (requests: Record<string, string>, limits: Record<string, string> = {}) =>
  podOf({ containers: [{ name: 'app', image: 'i', resources: { requests, limits } }] });
const usage = (pod: Pod) => usageList(evaluator.usage(pod, NOW));
const change = (operation: 'CREATE' | 'UPDATE', subresource: string, object: Pod, oldObject?: Pod) => ({
  operation,
  subresource,
  object,
  oldObject,
});

describe('what a pod uses', () => {
  it('is itself, its requests under both names, and its limits', () => {
    expect(usage(asking({ cpu: '500m', memory: '1Gi', 'ephemeral-storage': '2Gi' }, { cpu: '1', 'ephemeral-storage': '3Gi' }))).toEqual({
      'count/pods': '1',
      pods: '1',
      cpu: '500m',
      'requests.cpu': '500m',
      'limits.cpu': '1',
      memory: '1Gi',
      'requests.memory': '1Gi',
      'ephemeral-storage': '2Gi',
      'requests.ephemeral-storage': '2Gi',
      'limits.ephemeral-storage': '3Gi',
    });
  });

  it('is of extended resources what it requests, and of huge pages also under the plain name', () => {
    const huge = { 'hugepages-2Mi': '4Mi', 'example.com/gpu': '2' };
    expect(usage(asking(huge, huge))).toEqual({
      'count/pods': '1',
      pods: '1',
      'hugepages-2Mi': '4Mi',
      'requests.hugepages-2Mi': '4Mi',
      'requests.example.com/gpu': '2',
    });
  });

  it('is only its place in the store when it has ended, or should have for longer than its grace period', () => {
    const ended = { 'count/pods': '1' };
    expect(usage(podOf({}, { phase: 'Failed' }))).toEqual(ended);
    expect(usage(podOf({}, { phase: 'Succeeded' }))).toEqual(ended);
    const deleting = (deletionGracePeriodSeconds: number) =>
      podOf({}, { phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds });
    expect(usage(deleting(59))).toEqual(ended);
    expect(usage(deleting(60))).toEqual({ ...ended, pods: '1' });
  });

  it('is the most of what it asks for, has, and was promised while it is resized', () => {
    const resizing = (asked: string, has: string, promised: string, conditions: PodStatus['conditions'] = []) =>
      podOf(
        { containers: [{ name: 'app', image: 'i', resources: { requests: { cpu: asked } } }] },
        {
          conditions,
          containerStatuses: [
            {
              name: 'app',
              image: 'i',
              imageID: '',
              ready: true,
              restartCount: 0,
              resources: { requests: { cpu: has } },
              allocatedResources: { cpu: promised },
            },
          ],
        },
      );
    expect(usage(resizing('3', '1', '1'))['cpu']).toBe('3');
    expect(usage(resizing('1', '3', '1'))['cpu']).toBe('3');
    expect(usage(resizing('1', '1', '3'))['cpu']).toBe('3');
    const infeasible = [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }];
    expect(usage(resizing('9', '1', '2', infeasible))['cpu']).toBe('2');
  });
});

describe('a quota of compute resources', () => {
  it('wants every container to say what it needs, unless the pod says it for all', () => {
    const limited = ['limits.cpu', 'memory', 'pods', 'requests.ephemeral-storage'];
    const silent = podOf({
      containers: [
        { name: 'b', image: 'i' },
        { name: 'a', image: 'i', resources: { limits: { cpu: '1' } } },
      ],
      initContainers: [{ name: 'i', image: 'i', resources: { requests: { memory: '1' } } }],
    });
    expect(evaluator.objection(limited, silent)).toBe('must specify limits.cpu for: b,i; memory for: a,b');
    expect(evaluator.objection(['pods'], silent)).toBeUndefined();
    expect(evaluator.objection(limited, podOf({ resources: { requests: { cpu: '1' } } }))).toBeUndefined();
  });
});

describe('the scopes of a pod', () => {
  const isIn = (scopeName: string, pod: Pod, operator = 'Exists', values: string[] = []) =>
    evaluator.isInScope({ scopeName, operator, values }, pod);

  it('are by its deadline and by its class of service', () => {
    const bounded = podOf({ activeDeadlineSeconds: 0 });
    expect([isIn('Terminating', bounded), isIn('NotTerminating', bounded)]).toEqual([true, false]);
    expect([isIn('Terminating', podOf()), isIn('NotTerminating', podOf())]).toEqual([false, true]);
    expect([isIn('BestEffort', podOf()), isIn('NotBestEffort', podOf())]).toEqual([true, false]);
    const burstable = asking({ cpu: '1' });
    expect([isIn('BestEffort', burstable), isIn('NotBestEffort', burstable)]).toEqual([false, true]);
  });

  it('are by its priority class, where none counts as a label that is not there', () => {
    const matches = (pod: Pod) =>
      (['In', 'NotIn', 'Exists', 'DoesNotExist'] as const).filter((operator) =>
        isIn('PriorityClass', pod, operator, operator.endsWith('In') ? ['high'] : []),
      );
    expect(matches(podOf({ priorityClassName: 'high' }))).toEqual(['In', 'Exists']);
    expect(matches(podOf({ priorityClassName: 'low' }))).toEqual(['NotIn', 'Exists']);
    expect(matches(podOf())).toEqual(['NotIn', 'DoesNotExist']);
  });

  it('are by affinity that looks into other namespaces, even into all by an empty selector', () => {
    const term = { topologyKey: 'zone' };
    const required = (more: object) =>
      podOf({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, ...more }] } } });
    const preferred = podOf({
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { ...term, namespaces: ['other'] } }],
        },
      },
    });
    expect(
      [podOf(), required({}), required({ namespaceSelector: {} }), preferred].map((pod) => isIn('CrossNamespacePodAffinity', pod)),
    ).toEqual([false, false, true, true]);
  });

  it('do not include those of other kinds', () => {
    expect(isIn('VolumeAttributesClass', podOf(), 'DoesNotExist')).toBe(false);
  });
});

describe('a change of a pod', () => {
  it('is charged when it is made, resized, or given a deadline, and for nothing else', () => {
    const [plain, bounded] = [podOf(), podOf({ activeDeadlineSeconds: 5 })];
    expect(evaluator.handles(change('CREATE', '', plain))).toBe(true);
    expect(evaluator.handles(change('UPDATE', 'resize', plain, plain))).toBe(true);
    expect(evaluator.handles(change('UPDATE', '', bounded, plain))).toBe(true);
    expect(evaluator.handles(change('UPDATE', '', plain, plain))).toBe(false);
    expect(evaluator.handles(change('UPDATE', 'status', bounded, plain))).toBe(false);
    expect(evaluator.handles(change('CREATE', 'eviction', plain))).toBe(false);
  });

  it('gives something back when the pod ends, and not when it starts', () => {
    const [pending, running, ended] = ['Pending', 'Running', 'Succeeded'].map((phase) => podOf({}, { phase }));
    expect(evaluator.needsRecount(running!, pending!, NOW)).toBe(false);
    expect(evaluator.needsRecount(ended!, running!, NOW)).toBe(true);
    expect(evaluator.needsRecount(ended!, ended!, NOW)).toBe(false);
  });
});
