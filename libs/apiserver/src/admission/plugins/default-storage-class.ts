import type { DeepReadonly } from '@keelson/apimachinery';
import { storageclasses, type PersistentVolumeClaim, type StorageClass } from '@keelson/api';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { isAbout } from '../forbid';
import type { StoredObjects } from '../stored-objects';

const IS_DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** Gives a claim that names no storage class the default one, if there is one. */
export class DefaultStorageClass implements AdmissionPlugin {
  readonly name = 'DefaultStorageClass';
  readonly #objects: StoredObjects;

  constructor(objects: StoredObjects) {
    this.#objects = objects;
  }

  admit(attributes: AdmissionAttributes): void {
    if (!isAbout(attributes, 'persistentvolumeclaims') || attributes.operation !== 'CREATE') return;
    const { metadata, spec } = attributes.object as PersistentVolumeClaim;
    if (spec.storageClassName !== undefined || metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return;
    const [chosen] = [...this.#objects.list(storageclasses)].filter(isDefault).sort(newestFirst);
    if (chosen !== undefined) spec.storageClassName = chosen.metadata.name;
  }
}

const isDefault = ({ metadata }: DeepReadonly<StorageClass>): boolean =>
  IS_DEFAULT.some((annotation) => metadata.annotations?.[annotation] === 'true');

function newestFirst({ metadata: a }: DeepReadonly<StorageClass>, { metadata: b }: DeepReadonly<StorageClass>): number {
  return Date.parse(b.creationTimestamp) - Date.parse(a.creationTimestamp) || (a.name < b.name ? -1 : 1);
}
