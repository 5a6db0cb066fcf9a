import type { DeepReadonly } from '@keelson/apimachinery';
import {
  MIRROR_POD_ANNOTATION,
  serviceaccounts,
  type Container,
  type Pod,
  type ServiceAccount as ServiceAccountObject,
  type Volume,
} from '@keelson/api';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { forbid, isAbout } from '../forbid';
import { generateName } from '../../registry/name-generator';
import type { StoredObjects } from '../stored-objects';

const DEFAULT_ACCOUNT = 'default';
const VOLUME_PREFIX = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and seven seconds: by the odd figure upstream tells these tokens from those that asked for an hour. */
const TOKEN_SECONDS = 3607;
const ENFORCE_ANNOTATION = 'kubernetes.io/enforce-mountable-secrets';

/** Gives every pod a service account, and, unless someone declines, a token of it under the well-known path. */
export class ServiceAccount implements AdmissionPlugin {
  readonly name = 'ServiceAccount';
  readonly #objects: StoredObjects;
  readonly #random: () => number;

  constructor(objects: StoredObjects, random: () => number) {
    this.#objects = objects;
    this.#random = random;
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    if (!isAbout(attributes, 'pods') || attributes.operation !== 'CREATE') return;
    const pod = attributes.object as Pod;
    if (isMirror(pod)) return;
    pod.spec.serviceAccountName = (pod.spec.serviceAccountName ?? '') === '' ? DEFAULT_ACCOUNT : (pod.spec.serviceAccountName ?? '');
    pod.spec.serviceAccount = pod.spec.serviceAccountName;
    const account = await this.#accountOf(attributes, pod);
    if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) this.#mountToken(pod);
    if ((pod.spec.imagePullSecrets ?? []).length === 0 && account.imagePullSecrets !== undefined)
      pod.spec.imagePullSecrets = account.imagePullSecrets.map((secret) => ({ ...secret }));
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    if (!isAbout(attributes, 'pods') || attributes.operation !== 'CREATE') return;
    const pod = attributes.object as Pod;
    if (isMirror(pod)) {
      if ((pod.spec.serviceAccountName ?? '') !== '') throw forbid(attributes, 'a mirror pod may not reference service accounts');
      if (secretsOf(pod).length > 0) throw forbid(attributes, 'a mirror pod may not reference secrets');
      if (hasTokenVolume(pod)) throw forbid(attributes, 'a mirror pod may not use ServiceAccountToken volume projections');
      return;
    }
    const account = await this.#accountOf(attributes, pod);
    if (account.metadata.annotations?.[ENFORCE_ANNOTATION] === 'true') checkMountable(attributes, pod, account);
  }

  async #accountOf(attributes: AdmissionAttributes, pod: Pod): Promise<DeepReadonly<ServiceAccountObject>> {
    const name = { namespace: attributes.namespace, name: pod.spec.serviceAccountName ?? '' };
    const account = this.#objects.peek(serviceaccounts, name) ?? (await this.#objects.read(serviceaccounts, name));
    if (account === undefined)
      throw forbid(
        attributes,
        `error looking up service account ${name.namespace}/${name.name}: serviceaccount ${JSON.stringify(name.name)} not found`,
      );
    return account;
  }

  #mountToken({ spec }: Pod): void {
    const existing = (spec.volumes ?? []).find(({ name }) => name.startsWith(VOLUME_PREFIX));
    const name = existing?.name ?? generateName(VOLUME_PREFIX, this.#random);
    const containers: readonly Container[] = [...(spec.initContainers ?? []), ...spec.containers];
    const lacking = containers.filter(({ volumeMounts = [] }) => !volumeMounts.some(({ mountPath }) => mountPath === MOUNT_PATH));
    for (const container of lacking)
      container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
    if (existing === undefined && lacking.length > 0) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
  }
}

const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.[MIRROR_POD_ANNOTATION] !== undefined;

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  };
}

const hasTokenVolume = ({ spec }: Pod): boolean =>
  (spec.volumes ?? []).some(({ projected }) =>
    (projected?.sources ?? []).some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
  );

/** The secrets that a pod's volumes and environments name. */
function secretsOf({ spec }: Pod): readonly string[] {
  const containers: readonly Container[] = [...(spec.initContainers ?? []), ...spec.containers];
  return [
    ...(spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []),
    ...containers.flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? [])),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.flatMap(({ secretRef }) => secretRef?.name ?? [])),
  ];
}

function checkMountable(attributes: AdmissionAttributes, pod: Pod, account: DeepReadonly<ServiceAccountObject>): void {
  const allowed = new Set((account.secrets ?? []).map(({ name }) => name));
  const refused = secretsOf(pod).find((name) => !allowed.has(name));
  if (refused !== undefined)
    throw forbid(
      attributes,
      `the secret ${JSON.stringify(refused)} is not allowed because service account ${account.metadata.name} does not reference that secret`,
    );
  const pullSecrets = new Set((account.imagePullSecrets ?? []).map(({ name }) => name));
  for (const [index, { name = '' }] of (pod.spec.imagePullSecrets ?? []).entries())
    if (!pullSecrets.has(name))
      throw forbid(
        attributes,
        `imagePullSecrets[${index}].name=${JSON.stringify(name)} is not allowed because service account ${account.metadata.name} does not reference that imagePullSecret`,
      );
}
