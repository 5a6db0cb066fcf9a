import { jobs, type Container, type DeepReadonly, type Job, type Pod } from '@keelson/api';
import { controllerOf, objectKey, ownerReferenceTo, type Draft, type ObjectKey } from '@keelson/apimachinery';
import { podFromTemplate } from '@keelson/controller-pod-control';

/** Keeps a finished pod from going before its job has counted it (KEP-2307). */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
const JOB_NAME = 'batch.kubernetes.io/job-name';
const COMPLETION_INDEX_ENV = 'JOB_COMPLETION_INDEX';
/** A generated name is 63 characters long, five of them random. */
const LONGEST_NAME_PREFIX = 58;

export const isIndexed = ({ spec }: DeepReadonly<Job>): boolean => spec.completionMode === 'Indexed';

export const isSuspended = ({ spec }: DeepReadonly<Job>): boolean => spec.suspend === true;

/** Whether a pod is replaced only when it has failed, and not as soon as it is being deleted. */
export const replacesOnlyFailed = ({ spec }: DeepReadonly<Job>): boolean =>
  spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;

export const isTracked = ({ metadata }: DeepReadonly<Pod>): boolean => metadata.finalizers?.includes(TRACKING_FINALIZER) === true;

export const hasSucceeded = ({ status }: DeepReadonly<Pod>): boolean => status?.phase === 'Succeeded';

/** A pod that is deleted may never reach the phase Failed, so it counts as failed already. */
export function hasFailed(pod: DeepReadonly<Pod>, job: DeepReadonly<Job>): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return !replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && !hasSucceeded(pod);
}

/** The index the pod works on; undefined if it has none that is below the job's completions. */
export function indexOf(pod: DeepReadonly<Pod>, job: DeepReadonly<Job>): number | undefined {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX] ?? '';
  return /^\d+$/.test(text) && Number(text) < (job.spec.completions ?? 0) ? Number(text) : undefined;
}

/** The index of pods by the job that tracks them, or tracked them: by their controller, and where they have none by their label. */
export const JOB_INDEX = 'tracked-by-job';

export function trackedByJob(pod: DeepReadonly<Pod>): readonly ObjectKey[] {
  if (!isTracked(pod)) return [];
  const { labels, namespace = '' } = pod.metadata;
  const owner = controllerOf(pod);
  const name = owner === undefined ? labels?.[JOB_NAME] : owner.kind === 'Job' ? owner.name : undefined;
  return name === undefined ? [] : [objectKey({ namespace, name })];
}

/** Whether the pod's end counts for the job. */
export const counts = (pod: DeepReadonly<Pod>, job: DeepReadonly<Job>): boolean => !isIndexed(job) || indexOf(pod, job) !== undefined;

/** The pod to create for `job`, tracked from its first moment on. @param index undefined for a job that is not indexed @param notes annotations for it */
export function podOf(job: DeepReadonly<Job>, index: number | undefined, notes: Readonly<Record<string, string>> = {}): Draft<Pod> {
  const pod = podFromTemplate(job.spec.template, job, ownerReferenceTo(job, jobs));
  const finalizers = [...new Set([...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER])];
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  const suffix = `-${index}-`;
  const mark = { [COMPLETION_INDEX]: String(index) };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      finalizers,
      generateName: `${job.metadata.name.slice(0, LONGEST_NAME_PREFIX - suffix.length)}${suffix}`,
      labels: { ...pod.metadata.labels, ...mark },
      annotations: { ...pod.metadata.annotations, ...mark, ...notes },
    },
    spec: {
      ...pod.spec,
      hostname: `${job.metadata.name}-${index}`,
      containers: pod.spec.containers.map(withIndex),
      ...(pod.spec.initContainers === undefined ? {} : { initContainers: pod.spec.initContainers.map(withIndex) }),
    },
  };
}

function withIndex(container: Container): Container {
  if (container.env?.some(({ name }) => name === COMPLETION_INDEX_ENV) === true) return container;
  const valueFrom = { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } };
  return { ...container, env: [...(container.env ?? []), { name: COMPLETION_INDEX_ENV, valueFrom }] };
}
