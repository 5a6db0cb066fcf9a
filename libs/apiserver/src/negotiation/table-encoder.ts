import { humanDuration, type Clock, type KubernetesObject, type ListMeta } from '@keelson/apimachinery';
import type { TableColumn, TableContext } from '@keelson/api/server';
import type { WatchEncoder } from '../watch-cache/cache-event';
import type { CachedObject } from '../watch-cache/cached-object';
import { jsonWatchEncoder } from './json-encoder';
import type { ObjectEncoder } from './object-encoder';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

interface TableEncoderOptions {
  readonly columns: readonly TableColumn<KubernetesObject>[];
  readonly metaVersion: 'v1' | 'v1beta1';
  readonly includeObject: IncludeObject;
  /** Which version is served, as text. */
  readonly served: string;
  /** A stored object, which the columns are about, in the version that is served. */
  readonly derive: (object: KubernetesObject) => KubernetesObject;
  readonly clock: Clock;
}

/** What the columns of a Table are called at the wire; descriptions are left empty. */
function definitionOf({ format, name, priority = 0, type }: TableColumn<KubernetesObject>): object {
  return { name, type, format: format ?? '', description: '', priority };
}

/** `meta.k8s.io` Table: what `kubectl get` prints. Cells that tell an age change by themselves, so nothing is kept. */
export class TableEncoder implements ObjectEncoder {
  readonly id: string;
  readonly contentType = 'application/json';
  readonly watchContentType = 'application/json';
  readonly watch: WatchEncoder;
  readonly #options: TableEncoderOptions;
  readonly #context: TableContext;

  constructor(options: TableEncoderOptions) {
    const { clock, includeObject, metaVersion, served } = options;
    this.#options = options;
    this.id = `table/${served}/${metaVersion}/${includeObject}`;
    const age = (timestamp: string | undefined): string =>
      timestamp === undefined ? '<unknown>' : humanDuration(clock.now() - Date.parse(timestamp));
    this.#context = { age, now: () => clock.now() };
    this.watch = jsonWatchEncoder(this.id, { apiVersion: `meta.k8s.io/${metaVersion}`, kind: 'Table' }, (object) => this.object(object));
  }

  object(object: CachedObject): Uint8Array {
    return this.#table([object], object.revision === 0 ? {} : { resourceVersion: String(object.revision) });
  }

  list(objects: readonly CachedObject[], meta: ListMeta): Uint8Array {
    return this.#table(objects, meta);
  }

  #table(objects: readonly CachedObject[], metadata: ListMeta): Uint8Array {
    const { columns, metaVersion } = this.#options;
    const rows = objects.map((object) => this.#row(object.parse()));
    const table = { kind: 'Table', apiVersion: `meta.k8s.io/${metaVersion}`, metadata, columnDefinitions: columns.map(definitionOf), rows };
    return Buffer.from(`${JSON.stringify(table)}\n`);
  }

  #row(object: KubernetesObject): object {
    const { columns, derive, includeObject, metaVersion } = this.#options;
    const cells = columns.map((column) => column.value(object, this.#context));
    if (includeObject === 'None') return { cells };
    const served = derive(object);
    const partial = { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${metaVersion}`, metadata: served.metadata };
    return { cells, object: includeObject === 'Object' ? served : partial };
  }
}

/** For kinds that declare no columns. */
export const DEFAULT_COLUMNS: readonly TableColumn<KubernetesObject>[] = [
  { name: 'Name', type: 'string', format: 'name', value: ({ metadata }) => metadata.name },
  { name: 'Age', type: 'string', value: ({ metadata }, { age }) => age(metadata.creationTimestamp) },
];
