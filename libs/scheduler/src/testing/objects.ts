import type { Node, Pod, PodSpec } from '@keelson/api';

/** A pod of namespace `default` with one container; its uid is its name. */
export function testPod(name: string, spec: Partial<PodSpec> = {}, requests: Record<string, string> = {}): Pod {
  return {
    metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [{ name: 'main', resources: { requests } }], ...spec },
  };
}

/** A node with 4 cores, 8 GiB and room for 110 pods, unless `allocatable` says otherwise. */
export function testNode(name: string, spec: Node['spec'] = {}, allocatable: Record<string, string> = {}): Node {
  return {
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec,
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable } },
  };
}
