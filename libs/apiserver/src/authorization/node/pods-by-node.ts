import type { DeepReadonly } from '@keelson/apimachinery';
import type { Pod } from '@keelson/api';
import type { CacheEvent } from '../../watch-cache/cache-event';
import type { CachedObject } from '../../watch-cache/cached-object';
import type { ResourceCache } from '../../watch-cache/resource-cache';
import type { Watcher } from '../../watch-cache/watcher-index';

const NODE_NAME = 'spec.nodeName';

/** Which pods are on which node, kept with the cache of pods, so that asking costs what one node holds. */
export class PodsByNode implements Watcher {
  readonly scope = {};
  /** By node, then by `namespace/name`. */
  readonly #pods = new Map<string, Map<string, CachedObject>>();

  constructor(pods: ResourceCache) {
    for (const object of pods.objects.inOrder()) this.#add(object);
    pods.add(this);
  }

  offer({ isDeletion, object, previous }: CacheEvent): void {
    if (previous !== undefined) this.#pods.get(nodeOf(previous))?.delete(keyOf(previous));
    if (!isDeletion) this.#add(object);
  }

  *on(node: string): Generator<DeepReadonly<Pod>, void, undefined> {
    for (const { object } of this.#pods.get(node)?.values() ?? []) yield object as DeepReadonly<Pod>;
  }

  #add(object: CachedObject): void {
    const node = nodeOf(object);
    if (node === '') return;
    const pods = this.#pods.get(node) ?? new Map<string, CachedObject>();
    this.#pods.set(node, pods.set(keyOf(object), object));
  }
}

const nodeOf = ({ selection }: CachedObject): string => selection.fields[NODE_NAME] ?? '';
const keyOf = ({ name, namespace }: CachedObject): string => `${namespace}/${name}`;
