import {
  apiVersionOf,
  FieldErrors,
  FieldPath,
  formatTime,
  StatusError,
  type Clock,
  type DeepReadonly,
  type DeleteOptions,
  type KubernetesObject,
  type ObjectMeta,
  type ObjectName,
} from '@keelson/apimachinery';
import type { Store, StoredRecord } from '@keelson/storage';
import type { AdmissionAttributes, AdmissionOperation } from '../admission/admission-plugin';
import type { CacheHub } from '../watch-cache/cache-hub';
import { CachedObject } from '../watch-cache/cached-object';
import type { ResourceCache } from '../watch-cache/resource-cache';
import { ensureNamespace, fillSystemFields, prepareForCreate, validateForCreate } from './before-create';
import { planDelete, type DeletePlan } from './before-delete';
import { prepareForUpdate, validateForUpdate } from './before-update';
import { resourceVersionProblem } from './resource-version-problem';
import type { ChangeContext } from './change-context';
import { generateName, type Random } from './name-generator';
import type { RegisteredKind, RegistryHooks, Reservation } from './registered-kind';

/** How often a create with `generateName` draws a new name when the first is taken; upstream's RetryGenerateName. */
const NAME_ATTEMPTS = 8;

export interface ObjectRegistryDeps {
  readonly store: Store;
  readonly hub: CacheHub;
  readonly clock: Clock;
  readonly random: Random;
  readonly newUid: () => string;
}

/** Makes the next state from the current one; it may be called again with a newer one when another write came between. */
export type UpdateFunction = (current: CachedObject) => Promise<KubernetesObject> | KubernetesObject;

export type DeleteOutcome =
  | { readonly type: 'deleted'; readonly object: CachedObject }
  /** Marked, and waiting for grace or finalizers. */
  | { readonly type: 'deleting'; readonly object: CachedObject };

/**
 * Reads and writes the objects of one resource. Every write is a compare-and-swap on what it was computed from: when another write came
 * first, it is computed again from that one's result, so that nothing is lost. Reads that decide a write may come from the cache: a stale
 * one only costs another round.
 */
export class ObjectRegistry {
  readonly kind: RegisteredKind;
  readonly cache: ResourceCache;
  readonly #deps: ObjectRegistryDeps;
  #hooks: RegistryHooks = {};

  constructor(kind: RegisteredKind, cache: ResourceCache, deps: ObjectRegistryDeps) {
    this.kind = kind;
    this.cache = cache;
    this.#deps = deps;
  }

  readonly #now = (): string => formatTime(this.#deps.clock.now());

  /** Lets `hooks` take part in every write from now on; they may need other registries, so they come after. */
  install(hooks: RegistryHooks): void {
    this.#hooks = hooks;
  }

  /** The newest state. @throws StatusError NotFound */
  async get(name: ObjectName): Promise<CachedObject> {
    await this.#deps.hub.fresh();
    return this.#cached(name) ?? this.#notFound(name.name);
  }

  /** Whatever state is at hand, without asking the store; undefined if there is none. */
  peek(name: ObjectName): CachedObject | undefined {
    return this.#cached(name);
  }

  /**
   * Stores `object`, which is the registry's from here on.
   * @throws StatusError AlreadyExists, Invalid, or what admission says
   */
  async create(object: KubernetesObject, context: ChangeContext): Promise<CachedObject> {
    const { kind } = this;
    ensureNamespace(object, kind.resource.namespaced ? context.namespace : '');
    const base = isUnnamed(object) ? (object.metadata.generateName ?? '') : '';
    for (let attempt = 1; ; attempt += 1) {
      // What admission has added to it under a name that was taken suits the next name as well.
      if (base !== '') object.metadata.name = generateName(base, this.#deps.random);
      try {
        return await this.#createOnce(object, context);
      } catch (error) {
        if (base === '' || attempt >= NAME_ATTEMPTS || !StatusError.is(error, 'AlreadyExists')) throw error;
      }
    }
  }

  /**
   * Replaces an object by what `update` makes of it.
   * @param options.missing makes the object to create when there is none, for kinds that PUT may create
   * @param options.uid of the object that is meant; if it is another's by now, that is a conflict
   * @throws StatusError NotFound, Conflict (`update` chose a resource version that is not the current one), Invalid, or what admission says
   */
  async update(
    update: UpdateFunction,
    context: ChangeContext,
    options: { readonly missing?: () => Promise<KubernetesObject>; readonly uid?: string | undefined } = {},
  ): Promise<{ object: CachedObject; created: boolean }> {
    const name = { namespace: context.namespace, name: context.name };
    let current = this.#cached(name) ?? (await this.#read(name));
    for (;;) {
      if (current === undefined) {
        if (options.missing === undefined) return this.#notFound(context.name);
        return { object: await this.create(await options.missing(), context), created: true };
      }
      const outcome = await this.#updateOnce(current, update, { ...context, expectedUid: options.uid });
      if ('object' in outcome) return { object: outcome.object, created: false };
      current = outcome.next;
    }
  }

  /** Deletes, or marks for deletion, as grace, finalizers and propagation policy say. @throws StatusError NotFound, Conflict */
  async delete(options: DeleteOptions, context: ChangeContext): Promise<DeleteOutcome> {
    const name = { namespace: context.namespace, name: context.name };
    let current = await this.#read(name);
    for (;;) {
      if (current === undefined) return this.#notFound(context.name);
      await this.#admit('DELETE', undefined, current, context);
      const plan = planDelete(this.kind, current.parse(), options, this.#deps.clock.now());
      const outcome = await this.#carryOut(plan, current, context);
      if ('type' in outcome) return outcome;
      current = outcome.next;
    }
  }

  async #createOnce(object: KubernetesObject, context: ChangeContext): Promise<CachedObject> {
    const { kind } = this;
    fillSystemFields(object, { uid: this.#deps.newUid(), now: this.#now() });
    const attributes = this.#attributes('CREATE', object, undefined, context);
    await context.admission.admit(attributes);
    prepareForCreate(kind, object, { user: context.user, now: this.#now });
    const reservation = await this.#hooks.beginCreate?.(object, { dryRun: context.dryRun });
    return settle(reservation, async () => {
      validateForCreate(kind, object, context);
      await context.admission.validate(attributes);
      const value = this.#encode(object);
      const key = this.cache.keyOf({ namespace: context.namespace, name: object.metadata.name });
      if (context.dryRun) return this.#dryCreate(key, value, object.metadata.name);
      refuseVersion(object);
      const ttl = kind.rules.timeToLive?.(object);
      const result = await this.#deps.store.put(key, value, { expected: 0, ...(ttl === undefined ? {} : { ttl }) });
      if (result.type === 'conflict') throw StatusError.alreadyExists(kind.resource, object.metadata.name);
      return this.cache.written(result.record);
    });
  }

  async #dryCreate(key: string, value: Buffer, name: string): Promise<CachedObject> {
    if ((await this.#deps.store.get(key)) !== undefined) throw StatusError.alreadyExists(this.kind.resource, name);
    return new CachedObject({ ...this.cache.nameOf(key), revision: 0 }, value, this.cache.resource.selectionOf);
  }

  async #updateOnce(
    current: CachedObject,
    update: UpdateFunction,
    context: ChangeContext & { readonly expectedUid: string | undefined },
  ): Promise<{ object: CachedObject } | { next: CachedObject | undefined }> {
    let next: KubernetesObject;
    const previous = current.parse();
    try {
      this.#checkUid(context.expectedUid, current);
      next = await update(current);
      this.#checkVersion(next, current);
    } catch (error) {
      // What looked wrong may only have been old.
      const newest = await this.#read(current);
      if (newest?.revision !== current.revision) return { next: newest };
      throw error;
    }
    const attributes = this.#attributes('UPDATE', next, previous, context);
    await context.admission.admit(attributes);
    prepareForUpdate(this.kind, next, previous, { ...context, now: this.#now });
    const reservation = await this.#hooks.beginUpdate?.(next, previous, { dryRun: context.dryRun });
    return settle(reservation, async () => {
      validateForUpdate(this.kind, next, previous, context);
      await context.admission.validate(attributes);
      if (this.#isFinished(next, previous)) return this.#remove(current, next, context);
      return this.#write(current, next, context);
    });
  }

  /** The last finalizer is gone, and no grace is left: the update is the delete. */
  #isFinished(next: KubernetesObject, previous: DeepReadonly<KubernetesObject>): boolean {
    const { deletionGracePeriodSeconds, deletionTimestamp } = previous.metadata;
    return (
      deletionTimestamp !== undefined &&
      (next.metadata.finalizers ?? []).length === 0 &&
      (deletionGracePeriodSeconds ?? 0) === 0 &&
      this.kind.rules.isHeldBack?.(next) !== true
    );
  }

  async #write(
    current: CachedObject,
    next: KubernetesObject,
    context: ChangeContext,
  ): Promise<{ object: CachedObject } | { next: CachedObject | undefined }> {
    const value = this.#encode(next);
    const { selectionOf, storedJson } = this.cache.resource;
    if (storedJson.isSame(value, current)) return { object: current };
    if (context.dryRun) return { object: new CachedObject(current, storedJson.withRevision(value, current.revision), selectionOf) };
    const ttl = this.kind.rules.timeToLive?.(next);
    const result = await this.#deps.store.put(this.cache.keyOf(current), value, {
      expected: current.revision,
      ...(ttl === undefined ? {} : { ttl }),
    });
    return result.type === 'written' ? { object: this.cache.written(result.record) } : { next: this.#toCached(result.current) };
  }

  async #remove(
    current: CachedObject,
    next: KubernetesObject,
    context: ChangeContext,
  ): Promise<{ object: CachedObject } | { next: CachedObject | undefined }> {
    const last = new CachedObject(
      current,
      this.cache.resource.storedJson.withRevision(this.#encode(next), current.revision),
      this.cache.resource.selectionOf,
    );
    if (context.dryRun) return { object: last };
    const result = await this.#deps.store.delete(this.cache.keyOf(current), { expected: current.revision });
    if (result.type === 'conflict' && result.current !== undefined) return { next: this.#toCached(result.current) };
    await this.#hooks.afterDelete?.(current.object);
    return { object: last };
  }

  async #carryOut(
    plan: DeletePlan,
    current: CachedObject,
    context: ChangeContext,
  ): Promise<DeleteOutcome | { next: CachedObject | undefined }> {
    if (plan.type === 'pending') return { type: 'deleting', object: current };
    if (context.dryRun) return { type: plan.type === 'mark' ? 'deleting' : 'deleted', object: current };
    let doomed = current;
    if (plan.type !== 'remove') {
      const outcome = await this.#write(current, plan.object, context);
      if (!('object' in outcome)) return outcome;
      if (plan.type === 'mark') return { type: 'deleting', object: outcome.object };
      doomed = outcome.object;
    }
    const result = await this.#deps.store.delete(this.cache.keyOf(doomed), { expected: doomed.revision });
    if (result.type === 'conflict' && result.current !== undefined) return { next: this.#toCached(result.current) };
    // Someone else removed it between our two writes: it is gone, as was asked.
    if (result.type === 'conflict' && plan.type === 'remove') return { next: undefined };
    await this.#hooks.afterDelete?.(doomed.object);
    return { type: 'deleted', object: doomed };
  }

  #checkUid(expected: string | undefined, current: CachedObject): void {
    const { uid } = current.object.metadata;
    if (expected === undefined || expected === '' || expected === uid) return;
    throw StatusError.conflict(
      this.kind.resource,
      current.name,
      `StorageError: invalid object, Code: 4, Key: ${this.cache.keyOf(current)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${expected}, UID in object meta: ${uid}`,
    );
  }

  /** An object that names a resource version must name the current one; where the kind allows it, none means whichever is current. */
  #checkVersion(next: KubernetesObject, current: CachedObject): void {
    const { resource, rules } = this.kind;
    const { resourceVersion } = next.metadata as Partial<typeof next.metadata>;
    if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') {
      if (rules.allowUnconditionalUpdate !== false) return;
      const errors = new FieldErrors();
      errors.invalid(FieldPath.of('metadata', 'resourceVersion'), 0, 'must be specified for an update');
      throw StatusError.invalid({ group: resource.group, kind: resource.resource }, current.name, errors);
    }
    const problem = resourceVersionProblem(resourceVersion);
    if (problem !== undefined) throw new StatusError({ message: problem, code: 500 });
    if (resourceVersion !== String(current.revision)) throw StatusError.modified(resource, current.name);
  }

  async #admit(
    operation: AdmissionOperation,
    object: KubernetesObject | undefined,
    current: CachedObject,
    context: ChangeContext,
  ): Promise<void> {
    const attributes = this.#attributes(operation, object, current.parse(), context);
    await context.admission.admit(attributes);
    await context.admission.validate(attributes);
  }

  #attributes(
    operation: AdmissionOperation,
    object: KubernetesObject | undefined,
    oldObject: DeepReadonly<KubernetesObject> | undefined,
    context: ChangeContext,
  ): AdmissionAttributes {
    const { resource } = this.kind;
    const { dryRun, namespace, subresource, user, warnings } = context;
    const name = context.name !== '' ? context.name : (object?.metadata.name ?? '');
    return { operation, resource, kind: resource, subresource, namespace, name, object, oldObject, dryRun, user, warnings };
  }

  #encode(object: KubernetesObject): Buffer {
    const { resourceVersion, ...metadata } = object.metadata;
    const { resource } = this.kind;
    return this.kind.encode({
      ...object,
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: metadata as KubernetesObject['metadata'],
    });
  }

  #cached({ namespace = '', name }: ObjectName): CachedObject | undefined {
    return this.cache.objects.get(this.kind.resource.namespaced ? namespace : '', name);
  }

  async #read({ namespace = '', name }: ObjectName): Promise<CachedObject | undefined> {
    return this.#toCached(await this.#deps.store.get(this.cache.keyOf({ namespace, name })));
  }

  #toCached(record: StoredRecord | undefined): CachedObject | undefined {
    return record === undefined ? undefined : this.cache.toCached(record);
  }

  #notFound(name: string): never {
    throw StatusError.notFound(this.kind.resource, name);
  }
}

/** A version is the store's to give: who names one means an object that is there. What is no number counts as none, as upstream. */
function refuseVersion({ metadata }: { readonly metadata: Partial<ObjectMeta> }): void {
  if (/^0*[1-9]\d*$/.test(metadata.resourceVersion ?? ''))
    throw new StatusError({ message: 'resourceVersion should not be set on objects to be created', code: 500 });
}

const isUnnamed = ({ metadata }: { readonly metadata: Partial<ObjectMeta> }): boolean => (metadata.name ?? '') === '';

/** Runs `write` and ends the reservation as the write ended: an outcome with `next` is a write that did not take place. */
async function settle<T extends object>(reservation: Reservation | undefined, write: () => Promise<T>): Promise<T> {
  let written = false;
  try {
    const result = await write();
    written = !('next' in result);
    return result;
  } finally {
    await (written ? reservation?.commit() : reservation?.rollback());
  }
}
