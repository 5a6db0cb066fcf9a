import type { Container, PodSpec } from '../../../generated/core/v1';
import { problems } from '../../../testing/problems';
import { testContainer, testPod } from '../../../testing/pods';
import { validatePod, validatePodCreate } from './validation';

const onPod = (spec: Partial<PodSpec>) => problems((path, errors) => validatePod(testPod(spec), path, errors));
const onContainer = (fields: Partial<Container>, spec: Partial<PodSpec> = {}) => onPod({ containers: [testContainer(fields)], ...spec });

describe('validatePod', () => {
  it('accepts a bare pod with defaults', () => {
    expect(onPod({})).toEqual([]);
  });

  it('asks for containers, and for their names and images', () => {
    expect(onPod({ containers: [] })).toEqual(['spec.containers: Required value']);
    expect(onContainer({ name: '', image: '' })).toEqual([
      'spec.containers[0].name: Required value',
      'spec.containers[0].image: Required value',
    ]);
  });

  it('refuses two containers of one name, in whichever lists', () => {
    expect(onPod({ containers: [testContainer(), testContainer()], initContainers: [testContainer()] })).toEqual([
      'spec.containers[1].name: Duplicate value: "app"',
      'spec.initContainers[0].name: Duplicate value: "app"',
    ]);
  });

  it('refuses choices it does not know, and lists those it does', () => {
    expect(onPod({ restartPolicy: 'Sometimes' })).toEqual([
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ]);
    expect(onContainer({ imagePullPolicy: 'Maybe' })).toEqual([
      'spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"',
    ]);
  });

  it('holds requests below limits, and extended resources equal to them', () => {
    expect(
      onContainer({
        resources: { limits: { memory: '1Gi', 'example.com/gpu': '2' }, requests: { memory: '2Gi', 'example.com/gpu': '1' } },
      }),
    ).toEqual([
      'spec.containers[0].resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
      'spec.containers[0].resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2',
    ]);
    expect(onContainer({ resources: { requests: { cpu: '-1', disk: '1' } } })).toEqual([
      'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.containers[0].resources.requests[disk]: Invalid value: "disk": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[disk]: Invalid value: "disk": must be a standard resource for containers',
    ]);
  });

  it('keeps containers within the resources of their pod', () => {
    const containers = [testContainer({ resources: { limits: { cpu: '3' }, requests: { cpu: '2' } } })];
    expect(onPod({ containers, resources: { limits: { cpu: '2' }, requests: { cpu: '1', 'ephemeral-storage': '1' } } })).toEqual([
      'spec.resources.requests[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "hugepages-", "memory"',
      'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
      'spec.resources.containers[0][cpu].limits: Invalid value: "3": must be less than or equal to pod limits of 2',
    ]);
  });

  it('names what is no quantity', () => {
    const [problem] = onContainer({ resources: { limits: { cpu: 'lots' } } });
    expect(problem).toMatch(
      /^spec.containers\[0\].resources.limits\[cpu\]: Invalid value: "lots": quantities must match the regular expression/,
    );
  });

  it('refuses a mount of a volume that is not there, and two at one path', () => {
    const volumeMounts = [
      { name: 'gone', mountPath: '/a' },
      { name: 'data', mountPath: '/a', subPath: '../x' },
    ];
    expect(onContainer({ volumeMounts }, { volumes: [{ name: 'data', emptyDir: {} }] })).toEqual([
      'spec.containers[0].volumeMounts[0].name: Not found: "gone"',
      'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
      `spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not contain '..'`,
    ]);
  });

  it('wants exactly one source of a volume', () => {
    expect(onPod({ volumes: [{ name: 'data', emptyDir: {}, hostPath: { path: '/x/../y' } }] })).toEqual([
      'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
      `spec.volumes[0].hostPath.path: Invalid value: "/x/../y": must not contain '..'`,
    ]);
  });

  it('keeps the sources of a projected volume out of each other’s way', () => {
    const sources = [
      { configMap: { name: 'c', items: [{ key: 'k', path: 'same' }] } },
      { secret: { name: 's', items: [{ key: 'k', path: 'same' }] } },
    ];
    expect(onPod({ volumes: [{ name: 'all', projected: { sources } }] })).toEqual([
      'spec.volumes[0].projected: Invalid value: "s": conflicting duplicate paths',
    ]);
  });

  it('allows a token only with a service account', () => {
    const volumes = [{ name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 60 } }] } }];
    expect(onPod({ volumes })).toEqual([
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
      'spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
    ]);
  });

  it('wants one handler in a probe, and one success of a liveness probe', () => {
    expect(onContainer({ livenessProbe: { successThreshold: 2 } })).toEqual([
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
    ]);
    expect(onContainer({ readinessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 80 } } })).toEqual([
      'spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
    ]);
  });

  it('keeps probes to sidecars among init containers', () => {
    const probe = { startupProbe: { exec: { command: ['x'] } } };
    const init = (fields: Partial<Container>) => onPod({ initContainers: [testContainer({ name: 'init', ...probe, ...fields })] });
    expect(init({ restartPolicy: 'Always' })).toEqual([]);
    expect(init({})).toEqual([
      'spec.initContainers[0].startupProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ]);
  });

  it('refuses a host port taken twice', () => {
    const ports = [
      { containerPort: 80, hostPort: 8080 },
      { containerPort: 81, hostPort: 8080 },
    ];
    expect(onContainer({ ports })).toEqual(['spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//8080"']);
  });

  it('checks where an environment variable comes from', () => {
    const env = [
      { name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'B', valueFrom: {} },
      { name: 'C', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } },
      { name: 'D=E' },
    ];
    expect(onContainer({ env })).toEqual([
      'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
      'spec.containers[0].env[1].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      'spec.containers[0].env[2].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      `spec.containers[0].env[3].name: Invalid value: "D=E": a valid environment variable name must consist only of printable ASCII characters other than '='`,
    ]);
  });

  it('checks tolerations, affinity and spread constraints', () => {
    expect(onPod({ tolerations: [{ operator: 'Equal', tolerationSeconds: 5 }] })).toEqual([
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      `spec.tolerations[0].effect: Invalid value: "": effect must be 'NoExecute' when \`tolerationSeconds\` is set`,
    ]);
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } };
    expect(onPod({ affinity: { nodeAffinity } })).toEqual([
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
    ]);
    const constraint = { maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' };
    expect(onPod({ topologySpreadConstraints: [constraint, { ...constraint, maxSkew: 1 }] })).toEqual([
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"',
    ]);
  });

  it('keeps a pod with users of its own out of the namespaces of the host', () => {
    expect(onPod({ hostUsers: false, hostPID: true })).toEqual(['spec.HostPID: Forbidden: when `hostUsers` is false']);
  });

  it('asks of an operating system only what it has', () => {
    expect(onContainer({ securityContext: { privileged: true } }, { os: { name: 'windows' }, hostPID: true })).toEqual([
      'spec.containers[0].securityContext.privileged: Forbidden: cannot be set for a windows pod',
      'spec.hostPID: Forbidden: cannot be set for a windows pod',
    ]);
    expect(onContainer({ securityContext: { windowsOptions: {} } }, { os: { name: 'linux' } })).toEqual([
      'spec.containers[0].securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
    ]);
    expect(onPod({ os: { name: 'plan9' } })).toEqual(['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']);
  });

  it('takes label keys only beside a selector, and each only for one purpose', () => {
    const term = { topologyKey: 'zone', matchLabelKeys: ['a'], mismatchLabelKeys: ['a'] };
    const path = 'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]';
    expect(onPod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } })).toEqual([
      `${path}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
      `${path}.mismatchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
      `${path}.matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and mismatchLabelKeys`,
    ]);
  });

  it('needs nameservers when DNS is None', () => {
    expect(onPod({ dnsPolicy: 'None' })).toEqual(['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None']);
  });

  it('refuses contradictions of a security context', () => {
    const [problem] = onContainer({ securityContext: { privileged: true, allowPrivilegeEscalation: false } });
    expect(problem).toMatch(/cannot set `allowPrivilegeEscalation` to false and `privileged` to true$/);
  });
});

describe('validatePodCreate', () => {
  it('refuses ephemeral containers, and a node while gates are closed', () => {
    const pod = testPod({ ephemeralContainers: [testContainer({ name: 'debug' })], nodeName: 'n', schedulingGates: [{ name: 'g' }] });
    expect(problems((path, errors) => validatePodCreate(pod, path, errors))).toEqual([
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
      'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
    ]);
  });
});
