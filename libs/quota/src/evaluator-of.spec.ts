import { persistentvolumeclaims, services, type PersistentVolumeClaim, type Service } from '@keelson/api';
import { evaluatorOf } from './evaluator-of';
import { usageList } from './usage';

const metadata = { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };

describe('what a Service uses', () => {
  const evaluator = evaluatorOf(services)!;
  const serviceOf = (spec: Service['spec']): Service => ({ metadata, spec });
  const ports = [{ port: 80, nodePort: 30080 }, { port: 443 }];
  const usage = (spec: Service['spec']) => {
    const { 'services.nodeports': nodePorts, 'services.loadbalancers': loadBalancers } = usageList(evaluator.usage(serviceOf(spec), 0));
    return { nodePorts, loadBalancers };
  };

  it('is a node port for each of its ports that will be given one', () => {
    expect(usage({ ports })).toEqual({ nodePorts: '0', loadBalancers: '0' });
    expect(usage({ type: 'NodePort', ports })).toEqual({ nodePorts: '2', loadBalancers: '0' });
    expect(usage({ type: 'LoadBalancer', ports })).toEqual({ nodePorts: '2', loadBalancers: '1' });
    expect(usage({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports })).toEqual({ nodePorts: '1', loadBalancers: '1' });
  });

  it('is counted anew when it becomes less public', () => {
    const typed = (type: string) => serviceOf({ type, ports });
    expect(evaluator.needsRecount(typed('ClusterIP'), typed('NodePort'), 0)).toBe(true);
    expect(evaluator.needsRecount(typed('ClusterIP'), typed('ExternalName'), 0)).toBe(false);
  });
});

describe('what a claim uses', () => {
  const evaluator = evaluatorOf(persistentvolumeclaims)!;
  const claimOf = (
    spec: PersistentVolumeClaim['spec'],
    status: PersistentVolumeClaim['status'] = {},
    annotations: Record<string, string> = {},
  ): PersistentVolumeClaim => ({ metadata: { ...metadata, annotations }, spec, status });
  const resources = { requests: { storage: '1Gi' } };

  it('is itself and its storage, in all and of its class', () => {
    expect(usageList(evaluator.usage(claimOf({ resources, storageClassName: 'gold' }), 0))).toEqual({
      'count/persistentvolumeclaims': '1',
      persistentvolumeclaims: '1',
      'requests.storage': '1Gi',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
    });
    const byAnnotation = claimOf({ resources }, {}, { 'volume.beta.kubernetes.io/storage-class': 'old' });
    expect(Object.keys(usageList(evaluator.usage(byAnnotation, 0)))).toContain('old.storageclass.storage.k8s.io/requests.storage');
    expect(evaluator.measures('gold.storageclass.storage.k8s.io/requests.storage')).toBe(true);
    expect(evaluator.measures('gold.storageclass.storage.k8s.io/pods')).toBe(false);
  });

  it('is in whole bytes, and what was allocated where that is more', () => {
    const storage = (asked: string, allocated: string) =>
      usageList(
        evaluator.usage(claimOf({ resources: { requests: { storage: asked } } }, { allocatedResources: { storage: allocated } }), 0),
      )['requests.storage'];
    expect(storage('1500m', '0')).toBe('2');
    expect(storage('1Gi', '2Gi')).toBe('2Gi');
    expect(storage('2Gi', '1Gi')).toBe('2Gi');
  });

  it('is in the scope of every attributes class that it has or is to have', () => {
    const moving = claimOf(
      { volumeAttributesClassName: 'new' },
      { currentVolumeAttributesClassName: 'old', modifyVolumeStatus: { status: 'Pending', targetVolumeAttributesClassName: 'new' } },
    );
    const isIn = (claim: PersistentVolumeClaim, operator: string, values: string[]) =>
      evaluator.isInScope({ scopeName: 'VolumeAttributesClass', operator, values }, claim);
    expect([isIn(moving, 'In', ['old']), isIn(moving, 'In', ['new']), isIn(moving, 'In', ['other'])]).toEqual([true, true, false]);
    expect([isIn(claimOf({}), 'NotIn', ['old']), isIn(claimOf({}), 'Exists', [])]).toEqual([true, false]);
  });

  it('is charged for a status only if that tells of more storage or of another class', () => {
    const [small, large] = ['1Gi', '2Gi'].map((storage) => claimOf({ resources }, { allocatedResources: { storage } }));
    const handles = (object: PersistentVolumeClaim, oldObject: PersistentVolumeClaim) =>
      evaluator.handles({ operation: 'UPDATE', subresource: 'status', object, oldObject });
    expect([handles(large!, small!), handles(small!, small!)]).toEqual([true, false]);
  });
});

describe('what any other object uses', () => {
  const names = (group: string, resource: string) => [...(evaluatorOf({ group, resource })?.usage({ metadata }, 0).keys() ?? [])];

  it('is one of its kind, by the old name too where there is one', () => {
    expect(names('apps', 'deployments')).toEqual(['count/deployments.apps']);
    expect(names('', 'secrets')).toEqual(['count/secrets', 'secrets']);
    expect(names('example.com', 'secrets')).toEqual(['count/secrets.example.com']);
  });

  it('is nothing if it is an event, or not stored at all', () => {
    expect(evaluatorOf({ group: 'events.k8s.io', resource: 'events' })).toBeUndefined();
    expect(evaluatorOf({ group: 'authorization.k8s.io', resource: 'localsubjectaccessreviews' })).toBeUndefined();
  });
});
