import { configmaps, type ResourceQuota } from '@keelson/api';
import { FakeClock, StatusError, type DeepReadonly } from '@keelson/apimachinery';
import { evaluatorOf } from '@keelson/quota';
import type { AdmissionAttributes } from '../../admission-plugin';
import { QuotaBatches } from './quota-batches';
import type { QuotaStore } from './quota-store';

type Quota = DeepReadonly<ResourceQuota>;

/** A store whose writes last until {@link release}, and whose cache lags behind it if told to. */
class SlowQuotas implements QuotaStore {
  readonly written: string[] = [];
  readonly #stored = new Map<string, Quota>();
  #cached: ReadonlyMap<string, Quota> = new Map();
  #version = 1;
  #gate = Promise.withResolvers<undefined>();
  /** What happens the next time a write has begun, before it is compared with what is stored. */
  beforeWrite: () => void = () => undefined;

  put(name: string, hard: number, used: number): void {
    const status = { hard: { configmaps: String(hard) }, used: { configmaps: String(used) } };
    this.#set({ metadata: { name, namespace: 'ns', uid: name, resourceVersion: '', creationTimestamp: '' }, spec: {}, status });
  }

  remove(name: string): void {
    this.#stored.delete(name);
  }

  used(name: string): string | undefined {
    return this.#stored.get(name)?.status?.used?.['configmaps'];
  }

  /** Lets the writes under way end, and all that come. */
  release(): void {
    this.#gate.resolve(undefined);
  }

  list(): readonly Quota[] {
    return [...this.#cached.values()];
  }

  async refresh(): Promise<void> {
    this.#cached = new Map(this.#stored);
  }

  async shows(): Promise<void> {
    await this.refresh();
  }

  async writeStatus(quota: Quota): Promise<Quota> {
    const { name, resourceVersion } = quota.metadata;
    await this.#gate.promise;
    const interfere = this.beforeWrite;
    this.beforeWrite = () => undefined;
    interfere();
    const stored = this.#stored.get(name);
    if (stored === undefined) throw StatusError.notFound(configmaps, name);
    if (stored.metadata.resourceVersion !== resourceVersion) throw StatusError.modified(configmaps, name);
    this.written.push(`${name}=${quota.status?.used?.['configmaps'] ?? ''}`);
    return this.#set(quota);
  }

  #set(quota: Quota): Quota {
    const next = { ...quota, metadata: { ...quota.metadata, resourceVersion: String((this.#version += 1)) } };
    this.#stored.set(quota.metadata.name, next);
    return next;
  }
}

const attributes: AdmissionAttributes = {
  operation: 'CREATE',
  resource: configmaps,
  kind: configmaps,
  subresource: '',
  namespace: 'ns',
  name: 'settings',
  object: { metadata: { name: 'settings', namespace: 'ns', uid: 'u', resourceVersion: '', creationTimestamp: '' } },
  oldObject: undefined,
  dryRun: false,
  user: { name: 'jane', groups: [] },
  warnings: new Set(),
};

async function given(quotas: Record<string, { hard: number; used: number }>) {
  const store = new SlowQuotas();
  for (const [name, { hard, used }] of Object.entries(quotas)) store.put(name, hard, used);
  await store.refresh();
  const batches = new QuotaBatches(store, new FakeClock());
  const submit = (more: Partial<AdmissionAttributes> = {}) =>
    batches.submit({ attributes: { ...attributes, ...more }, evaluator: evaluatorOf(configmaps)! });
  const submitMany = (count: number) => Promise.allSettled(Array.from({ length: count }, () => submit()));
  return { store, submit, submitMany };
}

const outcomes = (results: readonly PromiseSettledResult<void>[]) =>
  results.map((result) => (result.status === 'fulfilled' ? 'admitted' : (result.reason as Error).message));

describe('changes that come at once', () => {
  it('are charged by one write for the first and one for all others', async () => {
    const { store, submitMany } = await given({ q: { hard: 100, used: 0 } });
    const all = submitMany(50);
    store.release();
    expect(new Set(outcomes(await all))).toEqual(new Set(['admitted']));
    expect(store.written).toEqual(['q=1', 'q=50']);
  });

  it('are admitted in the order in which they came, as far as the quota goes', async () => {
    const { store, submitMany } = await given({ q: { hard: 3, used: 1 } });
    store.release();
    const refusal =
      'configmaps "settings" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=3, limited: configmaps=3';
    expect(outcomes(await submitMany(4))).toEqual(['admitted', 'admitted', refusal, refusal]);
    expect(store.used('q')).toBe('3');
  });

  it('wait for nobody of another namespace', async () => {
    const { store, submit } = await given({ q: { hard: 3, used: 0 } });
    const slow = submit();
    await submit({ namespace: 'other', dryRun: true });
    store.release();
    await slow;
  });
});

describe('a charge', () => {
  it('is made to what another server has written meanwhile', async () => {
    const { store, submitMany } = await given({ q: { hard: 3, used: 0 } });
    store.beforeWrite = () => store.put('q', 3, 2);
    store.release();
    const [first, second] = outcomes(await submitMany(2));
    expect(first).toBe('admitted');
    expect(second).toContain('exceeded quota');
    expect(store.used('q')).toBe('3');
  });

  it('is refused only by the newest state', async () => {
    const { store, submit } = await given({ q: { hard: 3, used: 3 } });
    store.put('q', 3, 2);
    store.release();
    await submit();
    expect(store.used('q')).toBe('3');
  });

  it('that one of two quotas has taken is not made to it again', async () => {
    const { store, submit } = await given({ a: { hard: 9, used: 0 }, b: { hard: 9, used: 0 } });
    store.beforeWrite = () => store.put('b', 9, 5);
    store.release();
    await submit();
    expect([store.used('a'), store.used('b')]).toEqual(['1', '6']);
  });

  it('to a quota that is deleted meanwhile costs nothing', async () => {
    const { store, submit } = await given({ q: { hard: 1, used: 0 } });
    store.beforeWrite = () => store.remove('q');
    store.release();
    await submit();
    expect(store.written).toEqual([]);
  });

  it('of a dry run is only tried', async () => {
    const { store, submit } = await given({ q: { hard: 1, used: 0 } });
    store.release();
    await submit({ dryRun: true });
    expect(store.written).toEqual([]);
    await submit();
    await expect(submit({ dryRun: true })).rejects.toThrow('exceeded quota: q');
  });

  it('that can not be stored fails, and the next one is tried anew', async () => {
    const { store, submitMany, submit } = await given({ q: { hard: 9, used: 0 } });
    store.beforeWrite = () => {
      throw new Error('disk full');
    };
    store.release();
    expect(outcomes(await submitMany(2))).toEqual(['disk full', 'admitted']);
    await submit();
    expect(store.used('q')).toBe('2');
  });

  it('is given up when others never stop writing', async () => {
    const { store, submit } = await given({ q: { hard: 99, used: 0 } });
    let used = 0;
    const interfere = (): void => {
      store.put('q', 99, (used += 1));
      store.beforeWrite = interfere;
    };
    store.beforeWrite = interfere;
    store.release();
    await expect(submit()).rejects.toMatchObject({ status: { reason: 'Conflict' } });
    expect(used).toBe(10);
  });
});
