import type { KubernetesObject, Resource } from '@keelson/apimachinery';
import type { TableColumn } from '@keelson/api/server';
import type { StoredJson } from '../watch-cache/stored-json';

/** A resource version's form where it is not the one that is stored: `autoscaling/v1` of what lies there as `autoscaling/v2`. */
export interface VersionConversion {
  fromStored(object: KubernetesObject): KubernetesObject;
  toStored(object: KubernetesObject): KubernetesObject;
}

/** What responses are made of: a resource in the version that is served, whether its objects are stored or computed. */
export interface EncodedResource {
  readonly resource: Resource;
  readonly listKind: string;
  /** Undefined where objects come in the version that is served. */
  readonly conversion: VersionConversion | undefined;
  /** Of its Table; a name and an age if undefined. */
  readonly columns: readonly TableColumn<KubernetesObject>[] | undefined;
  readonly storedJson: StoredJson;
}
