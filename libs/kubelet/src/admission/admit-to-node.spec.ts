import type { Node, PodSpec } from '@keelson/api';
import { container, pod } from '../testing/fixtures';
import { admitToNode } from './admit-to-node';

const node: Node = {
  metadata: { name: 'node-1', uid: '', resourceVersion: '', creationTimestamp: '', labels: { zone: 'a', cores: '8' } },
  spec: {},
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '3' } },
};

const needing = (cpu: string, uid = 'other') => pod({ containers: [container('web', { resources: { requests: { cpu } } })] }, { uid });
const onPort = (hostPort: number, hostIP?: string) =>
  pod({ containers: [container('web', { ports: [{ containerPort: 80, hostPort, ...(hostIP === undefined ? {} : { hostIP }) }] })] });
const admit = (candidate: ReturnType<typeof pod>, others: ReturnType<typeof pod>[] = [], on: Node = node, isStatic = false) =>
  admitToNode(candidate, on, { others, isStatic })?.reason;

describe('admitToNode', () => {
  it('counts what the admitted pods have taken', () => {
    expect(admit(needing('3'), [needing('1')])).toBeUndefined();
    expect(admit(needing('3001m'), [needing('1')])).toBe('OutOfcpu');
    expect(admitToNode(needing('3001m'), node, { others: [needing('1')], isStatic: false })?.message).toBe(
      "Node didn't have enough resource: cpu, requested: 3001, used: 1000, capacity: 4000",
    );
  });

  it('counts init containers at their peak, and sidecars with what runs', () => {
    const spec: Partial<PodSpec> = {
      initContainers: [
        container('side', { restartPolicy: 'Always', resources: { requests: { cpu: '1' } } }),
        container('init', { resources: { requests: { cpu: '3' } } }),
      ],
      containers: [container('web', { resources: { requests: { cpu: '2' } } })],
    };
    expect(admit(pod(spec))).toBeUndefined();
    expect(admit(pod(spec), [needing('1m')])).toBe('OutOfcpu');
  });

  it('takes no more pods than the node may have', () => {
    expect(admit(needing('0'), [needing('0', 'a'), needing('0', 'b'), needing('0', 'c')])).toBe('OutOfpods');
  });

  it('refuses a host port that is taken, on all addresses or on the same', () => {
    expect(admit(onPort(80), [onPort(80, '10.0.0.1')])).toBe('NodePorts');
    expect(admit(onPort(80, '10.0.0.2'), [onPort(80, '10.0.0.1')])).toBeUndefined();
  });

  it.each([
    [{ key: 'zone', operator: 'In', values: ['a'] }, true],
    [{ key: 'zone', operator: 'NotIn', values: ['a'] }, false],
    [{ key: 'rack', operator: 'DoesNotExist' }, true],
    [{ key: 'cores', operator: 'Gt', values: ['7'] }, true],
    [{ key: 'cores', operator: 'Lt', values: ['8'] }, false],
  ])('matches node affinity %j: %s', (requirement, fits) => {
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [requirement] }] } },
    };
    expect(admit(pod({ affinity }))).toBe(fits ? undefined : 'NodeAffinity');
  });

  it('is kept off by NoExecute alone, and a static pod by no taint', () => {
    const tainted = (effect: string): Node => ({ ...node, spec: { taints: [{ key: 'k', value: 'v', effect }] } });
    expect(admit(pod(), [], tainted('NoSchedule'))).toBeUndefined();
    expect(admit(pod(), [], tainted('NoExecute'))).toBe('TaintToleration');
    expect(admit(pod({ tolerations: [{ key: 'k', operator: 'Exists' }] }), [], tainted('NoExecute'))).toBeUndefined();
    expect(admit(pod(), [], tainted('NoExecute'), true)).toBeUndefined();
  });
});
