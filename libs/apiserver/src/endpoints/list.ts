import { StatusError, type ListMeta } from '@keelson/apimachinery';
import { RevisionCompacted, type Revision, type Store } from '@keelson/storage';
import type { ObjectEncoder } from '../negotiation/object-encoder';
import type { CacheHub } from '../watch-cache/cache-hub';
import type { CachedObject } from '../watch-cache/cached-object';
import type { ResourceCache } from '../watch-cache/resource-cache';
import { decodeContinueToken, encodeContinueToken } from './continue-token';
import { parseResourceVersion, type ListQuery } from './list-options';
import type { Selection } from './selection';

export interface ListDeps {
  readonly hub: CacheHub;
  readonly store: Store;
}

interface Page {
  readonly objects: readonly CachedObject[];
  readonly revision: Revision;
  /** The last object's position, if more follow. */
  readonly more: CachedObject | undefined;
  readonly remaining: number | undefined;
}

/**
 * The objects that a request selects, as one body. Answered from the cache, which is asked for the store's newest revision first unless the
 * client takes an older state; only a state that the cache has left behind is read from the store.
 * @throws StatusError Expired (410) for a revision or a token that is compacted, Timeout (504) for one that is not reached in time
 */
export async function listObjects(
  deps: ListDeps,
  cache: ResourceCache,
  request: { readonly query: ListQuery; readonly selection: Selection; readonly encoder: ObjectEncoder },
): Promise<Uint8Array> {
  const { encoder, query, selection } = request;
  const page = await readPage(deps, cache, query, selection);
  return encoder.list(page.objects, metaOf(page, cache, selection));
}

/** As {@link listObjects}, but the objects themselves. */
export async function selectObjects(
  deps: ListDeps,
  cache: ResourceCache,
  query: ListQuery,
  selection: Selection,
): Promise<readonly CachedObject[]> {
  return (await readPage(deps, cache, query, selection)).objects;
}

async function readPage({ hub, store }: ListDeps, cache: ResourceCache, query: ListQuery, selection: Selection): Promise<Page> {
  if (query.continue !== '') {
    if (query.resourceVersion !== '' && query.resourceVersion !== '0')
      throw StatusError.badRequest('specifying resource version is not allowed when using continue');
    const { after, revision } = decodeContinueToken(query.continue);
    const key = prefixOf(cache, selection) + after;
    await hub.reached(revision);
    if (cache.lastChange <= revision) return pageFromCache(cache, selection, { revision, limit: query.limit, after: cache.nameOf(key) });
    return pageFromStore(store, cache, selection, { revision, limit: query.limit, after: key });
  }
  const wanted = parseResourceVersion(query.resourceVersion, 'list');
  if (wanted === undefined) await hub.fresh();
  else await hub.reached(wanted);
  const isExact =
    query.resourceVersionMatch === 'Exact' || (query.limit > 0 && wanted !== undefined && wanted > 0 && query.resourceVersionMatch === '');
  if (isExact && wanted !== undefined && cache.lastChange > wanted)
    return pageFromStore(store, cache, selection, { revision: wanted, limit: query.limit, after: undefined });
  return pageFromCache(cache, selection, {
    revision: isExact && wanted !== undefined ? wanted : hub.revision,
    limit: query.limit,
    after: undefined,
  });
}

function pageFromCache(
  cache: ResourceCache,
  selection: Selection,
  {
    after,
    limit,
    revision,
  }: { readonly revision: Revision; readonly limit: number; readonly after: { namespace: string; name: string } | undefined },
): Page {
  const { matches, namespace, scope } = selection;
  if (scope.name !== undefined && namespace !== undefined) {
    const object = cache.objects.get(namespace, scope.name);
    return {
      objects: object !== undefined && matches?.(object) !== false ? [object] : [],
      revision,
      more: undefined,
      remaining: undefined,
    };
  }
  const objects: CachedObject[] = [];
  let more: CachedObject | undefined;
  cache.objects.walk({ namespace, after }, (object) => {
    if (limit > 0 && objects.length >= limit) {
      more = objects.at(-1);
      return false;
    }
    if (matches === undefined || matches(object)) objects.push(object);
    return true;
  });
  // How many follow is told only where all of them will come, as upstream does.
  const remaining = more !== undefined && selection.isWhole ? cache.objects.countBehind(more, namespace) : undefined;
  return { objects, revision, more, remaining };
}

/** A past state; filtered here, page by page of the store, until the client's page is full. */
async function pageFromStore(
  store: Store,
  cache: ResourceCache,
  selection: Selection,
  { after, limit, revision }: { readonly revision: Revision; readonly limit: number; readonly after: string | undefined },
): Promise<Page> {
  const prefix = prefixOf(cache, selection);
  const objects: CachedObject[] = [];
  let position = after;
  try {
    for (;;) {
      const room = limit === 0 ? {} : { limit: limit - objects.length };
      const page = await store.list(prefix, { revision, ...room, ...(position === undefined ? {} : { after: position }) });
      for (const record of page.records) {
        const object = cache.toCached(record);
        if (selection.matches === undefined || selection.matches(object)) objects.push(object);
      }
      position = page.records.at(-1)?.key;
      if (page.remaining === 0 || position === undefined) return { objects, revision, more: undefined, remaining: undefined };
      if (limit > 0 && objects.length >= limit) {
        const remaining = selection.isWhole ? page.remaining : undefined;
        return { objects, revision, more: objects.at(-1), remaining };
      }
    }
  } catch (error) {
    if (!(error instanceof RevisionCompacted)) throw error;
    throw StatusError.expired(
      after === undefined
        ? `The resourceVersion for the provided list is too old: ${error.message}`
        : 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
}

/** What the keys of all that a list can reach begin with; tokens tell the rest. */
function prefixOf({ resource }: ResourceCache, { namespace = '' }: Selection): string {
  return resource.prefix + (namespace === '' ? '' : `${namespace}/`);
}

function metaOf({ more, remaining, revision }: Page, cache: ResourceCache, selection: Selection): ListMeta {
  if (more === undefined) return { resourceVersion: String(revision) };
  const after = cache.keyOf(more).slice(prefixOf(cache, selection).length);
  return {
    resourceVersion: String(revision),
    continue: encodeContinueToken({ revision, after }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  };
}
