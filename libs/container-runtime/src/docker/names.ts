import type { ContainerConfig, PodIdentity, SandboxConfig } from '../container-runtime';

/** Where dockershim and cri-dockerd keep what a restarted kubelet has to find again; `docker ps` filters go by them. */
export const LABEL = {
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
  type: 'io.kubernetes.docker.type',
  logPath: 'io.kubernetes.container.logpath',
  sandboxId: 'io.kubernetes.sandbox.id',
  attempt: 'io.keelson.attempt',
  image: 'io.keelson.image',
  /** Several kubelets may share one engine; each sees its own containers only. */
  node: 'io.keelson.node',
} as const;

export const SANDBOX_TYPE = 'podsandbox';
export const CONTAINER_TYPE = 'container';

/** Docker has no annotations: they are labels under this prefix. */
const ANNOTATION_PREFIX = 'annotation.';
const OWN_LABELS: ReadonlySet<string> = new Set([LABEL.type, LABEL.logPath, LABEL.sandboxId, LABEL.attempt, LABEL.image, LABEL.node]);

export type Labels = Readonly<Record<string, string>>;

export function sandboxName(config: SandboxConfig): string {
  return containerName('POD', config.pod, config.attempt);
}

/** `k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`: none of the parts can contain an underscore. */
export function containerName(container: string, pod: PodIdentity, attempt: number): string {
  return ['k8s', container, pod.name, pod.namespace, pod.uid, attempt].join('_');
}

export function sandboxLabels(config: SandboxConfig, node: string): Labels {
  return {
    ...podLabels(config.pod, config),
    [LABEL.containerName]: 'POD',
    [LABEL.type]: SANDBOX_TYPE,
    [LABEL.attempt]: String(config.attempt),
    [LABEL.node]: node,
  };
}

export function containerLabels(
  config: ContainerConfig,
  pod: PodIdentity,
  own: { sandboxId: string; logPath: string; node: string },
): Labels {
  return {
    ...podLabels(pod, config),
    [LABEL.containerName]: config.name,
    [LABEL.type]: CONTAINER_TYPE,
    [LABEL.attempt]: String(config.attempt),
    [LABEL.image]: config.image,
    [LABEL.sandboxId]: own.sandboxId,
    [LABEL.logPath]: own.logPath,
    [LABEL.node]: own.node,
  };
}

function podLabels(pod: PodIdentity, config: { readonly labels: Labels; readonly annotations: Labels }): Labels {
  const annotations = Object.entries(config.annotations).map(([key, value]) => [ANNOTATION_PREFIX + key, value]);
  return {
    ...config.labels,
    ...(Object.fromEntries(annotations) as Labels),
    [LABEL.podName]: pod.name,
    [LABEL.podNamespace]: pod.namespace,
    [LABEL.podUid]: pod.uid,
  };
}

export function podOf(labels: Labels): PodIdentity {
  return { namespace: labels[LABEL.podNamespace] ?? '', name: labels[LABEL.podName] ?? '', uid: labels[LABEL.podUid] ?? '' };
}

/** What the caller gave as labels and annotations, without what the runtime added for itself. */
export function splitLabels(all: Labels): { readonly labels: Labels; readonly annotations: Labels } {
  const labels: Record<string, string> = {};
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(all)) {
    if (key.startsWith(ANNOTATION_PREFIX)) annotations[key.slice(ANNOTATION_PREFIX.length)] = value;
    else if (!OWN_LABELS.has(key)) labels[key] = value;
  }
  return { labels, annotations };
}
