import { StatusError, type Clock } from '@keelson/apimachinery';
import type { Revision } from '@keelson/storage';
import type { ApiResponse, ByteSink } from '../http/api-request';
import type { ObjectEncoder } from '../negotiation/object-encoder';
import type { CacheHub } from '../watch-cache/cache-hub';
import type { WatchEncoder } from '../watch-cache/cache-event';
import { CacheWatcher, WRITE_BYTES } from '../watch-cache/cache-watcher';
import type { CachedObject } from '../watch-cache/cached-object';
import type { ResourceCache } from '../watch-cache/resource-cache';
import { parseResourceVersion, type ListQuery } from './list-options';
import type { Selection } from './selection';

/** Bookmarks come about this often, as upstream's; and once more shortly before a watch ends, so that its successor can go on from there. */
const BOOKMARK_MILLISECONDS = 60_000;

export interface WatchDeps {
  readonly hub: CacheHub;
  readonly clock: Clock;
  /** `--min-request-timeout`: a watch without a timeout of its own lasts between this and twice as long. */
  readonly minRequestTimeoutSeconds: number;
  readonly random: () => number;
}

interface WatchRequest {
  readonly query: ListQuery;
  readonly selection: Selection;
  readonly encoder: ObjectEncoder;
  readonly signal: AbortSignal;
}

const everything = (): boolean => true;

/**
 * Streams the changes of what a request selects. Registering with the cache and reading what came before happen in one turn of the event
 * loop, so nothing falls between.
 * If the cache no longer has all changes since the revision asked for, the stream is one event of type ERROR with a `Status` Expired (410), as upstream's.
 */
export async function watchObjects(deps: WatchDeps, cache: ResourceCache, request: WatchRequest): Promise<ApiResponse> {
  const wanted = parseResourceVersion(request.query.resourceVersion, 'watch');
  const isFromNow = wanted === undefined || wanted === 0;
  const startsWithState = request.query.sendInitialEvents ?? isFromNow;
  const problem = await stateReached(deps.hub, wanted, request.query.sendInitialEvents === true);
  const from = isFromNow ? deps.hub.revision : wanted;
  return {
    status: 200,
    headers: { 'content-type': request.encoder.watchContentType, 'cache-control': 'no-cache, private' },
    stream: (sink) => {
      if (problem === undefined) return streamChanges(deps, cache, request, { sink, from: startsWithState ? undefined : from });
      sink.write(request.encoder.watch.error(problem.status));
      return Promise.resolve();
    },
  };
}

/**
 * Waits for the state that a watch begins with. One that only wants the changes after a revision waits for nothing: they come when they come,
 * be the revision as far ahead as that of another server.
 * @returns what has to be told in the stream if the state is not there in time
 */
async function stateReached(hub: CacheHub, wanted: Revision | undefined, needsState: boolean): Promise<StatusError | undefined> {
  if (wanted === undefined) {
    await hub.fresh();
    return undefined;
  }
  if (!needsState) return undefined;
  try {
    await hub.reached(wanted);
    return undefined;
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
}

async function streamChanges(
  deps: WatchDeps,
  cache: ResourceCache,
  { encoder, query, selection, signal }: WatchRequest,
  { from, sink }: { readonly sink: ByteSink; readonly from: Revision | undefined },
): Promise<void> {
  const changes = from === undefined ? [] : cache.changesAfter(from);
  if (changes === undefined) {
    sink.write(encoder.watch.error(tooOld(from ?? 0, cache.oldestRevision).status));
    return;
  }
  const start = from ?? deps.hub.revision;
  const watcher = new CacheWatcher({
    scope: selection.scope,
    matches: selection.matches ?? everything,
    encoder: encoder.watch,
    sink,
    from: start,
  });
  const state = from === undefined ? selectState(cache, selection) : [];
  for (const event of changes) watcher.offer(event);
  const remove = cache.add(watcher);
  const end = endOf(deps, query, signal);
  const bookmarks = query.allowWatchBookmarks
    ? repeatedly(deps.clock, BOOKMARK_MILLISECONDS, () => watcher.bookmark(deps.hub.revision))
    : undefined;
  try {
    await sendState(state, encoder.watch, { sink, signal });
    if (query.sendInitialEvents === true) sink.write(encoder.watch.bookmark(start, true));
    watcher.release();
    await Promise.race([end.promise, watcher.overflowed]);
    if (query.allowWatchBookmarks && !signal.aborted) watcher.bookmark(deps.hub.revision);
    watcher.flush();
  } finally {
    remove();
    watcher.close();
    end.cancel();
    bookmarks?.();
  }
}

function selectState(cache: ResourceCache, { matches, namespace, scope }: Selection): readonly CachedObject[] {
  const named = scope.name === undefined || namespace === undefined ? undefined : [cache.objects.get(namespace, scope.name) ?? []].flat();
  const objects = named ?? [...cache.objects.inOrder(namespace)];
  return matches === undefined ? objects : objects.filter(matches);
}

/** Sends `objects` as additions, at the speed at which the client takes them. */
async function sendState(
  objects: readonly CachedObject[],
  encoder: WatchEncoder,
  { signal, sink }: { readonly sink: ByteSink; readonly signal: AbortSignal },
): Promise<void> {
  let frames: Buffer[] = [];
  let size = 0;
  for (const object of objects) {
    const frame = encoder.event('ADDED', object);
    frames.push(frame);
    size += frame.length;
    if (size < WRITE_BYTES) continue;
    if (!sink.write(Buffer.concat(frames, size))) await sink.drained();
    if (signal.aborted) return;
    frames = [];
    size = 0;
  }
  if (size > 0) sink.write(Buffer.concat(frames, size));
}

/** Resolves when the watch has lasted as long as it may, or its client is gone. */
function endOf(
  deps: WatchDeps,
  query: ListQuery,
  signal: AbortSignal,
): { readonly promise: Promise<undefined>; readonly cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stop = (): void => resolve(undefined);
  const cancelTimer = deps.clock.setTimeout(stop, timeoutOf(deps, query));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const cancel = (): void => {
    cancelTimer();
    signal.removeEventListener('abort', stop);
  };
  return { promise, cancel };
}

function timeoutOf({ minRequestTimeoutSeconds, random }: WatchDeps, { timeoutSeconds }: ListQuery): number {
  return 1000 * (timeoutSeconds !== undefined && timeoutSeconds > 0 ? timeoutSeconds : minRequestTimeoutSeconds * (1 + random()));
}

function tooOld(revision: Revision, oldest: Revision): StatusError {
  return StatusError.expired(`too old resource version: ${revision} (${oldest})`);
}

/** @returns its own undo */
function repeatedly(clock: Clock, milliseconds: number, action: () => void): () => void {
  let cancel = (): void => undefined;
  const arm = (): void => {
    cancel = clock.setTimeout(() => {
      action();
      arm();
    }, milliseconds);
  };
  arm();
  return () => cancel();
}
