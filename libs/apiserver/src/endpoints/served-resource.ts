import type { KubernetesObject } from '@keelson/apimachinery';
import type { VersionValidation } from '@keelson/api/server';
import type { EncodedResource } from '../negotiation/encoded-resource';
import type { ObjectRegistry } from '../registry/object-registry';
import type { FieldLabels } from './field-labels';

/** One stored resource in one version, as a URL names it. */
export interface ServedResource extends EncodedResource {
  readonly registry: ObjectRegistry;
  readonly verbs: ReadonlySet<string>;
  readonly fieldLabels: FieldLabels;
  /** What this version asks of objects in the stored kind's place; undefined where it is the same. */
  readonly validation?: VersionValidation<KubernetesObject> | undefined;
}
