import { createHash } from 'node:crypto';
import type { DeepReadonly, Deployment, PodTemplateSpec, ReplicaSet } from '@keelson/api';
import { sortedFields } from '@keelson/apimachinery';
import { safeEncode } from '@keelson/controller-pod-control';
import { desired, rollingLimits, type Sets } from './replica-sets';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';
/** What a set does not take over from its deployment: the set's own bookkeeping, and what belongs to the deployment's configuration alone. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED,
  MAX,
  'deprecated.deployment.rollback.to',
]);

/** Upstream's limit of the revisions that a set remembers to have had. */
const MAX_HISTORY_CHARACTERS = 2000;

type Annotations = Readonly<Record<string, string>>;

const INTEGER = /^[+-]?\d+$/;

/** An int64, and so more than a number holds. What is no integer counts as none. */
export const revisionOf = ({ metadata }: DeepReadonly<Deployment | ReplicaSet>): bigint => parseRevision(metadata.annotations?.[REVISION]);

export const nextRevision = (old: Sets): bigint => old.map(revisionOf).reduce((a, b) => (a > b ? a : b), 0n) + 1n;

function parseRevision(text: string | undefined): bigint {
  return text !== undefined && INTEGER.test(text) ? BigInt(text) : 0n;
}

/** For how many pods a set was made or scaled last, so that a change of the deployment's size shows. */
export const desiredAnnotation = ({ metadata }: DeepReadonly<ReplicaSet>): number | undefined => {
  const text = metadata.annotations?.[DESIRED];
  return text === undefined ? undefined : Number(text);
};

/** How many pods the deployment might have had with its surge when the set was made or scaled last; undefined if that is not told. */
export const maxAnnotation = ({ metadata }: DeepReadonly<ReplicaSet>): number | undefined => {
  const max = Number(metadata.annotations?.[MAX]);
  return Number.isInteger(max) && max > 0 ? max : undefined;
};

export function sizeAnnotations(deployment: DeepReadonly<Deployment>): Annotations {
  const wanted = desired(deployment);
  return { [DESIRED]: String(wanted), [MAX]: String(wanted + rollingLimits(deployment).maxSurge) };
}

/** The annotations of the new set: the deployment's own, and the revision with those that the set had before. */
export function newSetAnnotations(
  deployment: DeepReadonly<Deployment>,
  set: DeepReadonly<ReplicaSet> | undefined,
  revision: bigint,
): Annotations {
  const present = set?.metadata.annotations ?? {};
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !NOT_COPIED.has(name));
  const before = present[REVISION];
  const isNewer = before !== undefined && revision > parseRevision(before);
  const history = isNewer ? { [REVISION_HISTORY]: historyWith(before, present[REVISION_HISTORY]) } : {};
  return {
    ...present,
    ...Object.fromEntries(copied),
    ...history,
    [REVISION]: before === undefined || isNewer ? String(revision) : before,
    ...(set === undefined ? sizeAnnotations(deployment) : {}),
  };
}

/** Without the oldest, where it would become too long. */
function historyWith(revision: string, history = ''): string {
  const revisions = [...history.split(',').filter((entry) => entry !== ''), revision];
  while (revisions.length > 1 && revisions.join(',').length > MAX_HISTORY_CHARACTERS) revisions.shift();
  return revisions.join(',');
}

/** Ten characters that stand for a template; another collision count gives others. */
export function templateHash(template: DeepReadonly<PodTemplateSpec>, collisionCount: number): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(sortedFields(template)))
    .update(String(collisionCount))
    .digest();
  return safeEncode(String(digest.readUInt32BE(0)).padStart(10, '0'));
}
