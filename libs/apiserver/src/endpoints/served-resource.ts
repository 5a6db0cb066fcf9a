import type { KubernetesObject, Resource } from '@keelson/apimachinery';
import type { VersionValidation } from '@keelson/api/server';
import type { ObjectRegistry } from '../registry/object-registry';
import type { FieldLabels } from './field-labels';

/** A resource version's form where it is not the one that is stored: `autoscaling/v1` of what lies there as `autoscaling/v2`. */
export interface VersionConversion {
  fromStored(object: KubernetesObject): KubernetesObject;
  toStored(object: KubernetesObject): KubernetesObject;
}

/** One resource in one version, as a URL names it. */
export interface ServedResource {
  readonly resource: Resource;
  readonly listKind: string;
  readonly registry: ObjectRegistry;
  readonly verbs: ReadonlySet<string>;
  readonly fieldLabels: FieldLabels;
  /** Undefined where the stored version is served. */
  readonly conversion: VersionConversion | undefined;
  /** What this version asks of objects in the stored kind's place; undefined where it is the same. */
  readonly validation?: VersionValidation<KubernetesObject> | undefined;
}
