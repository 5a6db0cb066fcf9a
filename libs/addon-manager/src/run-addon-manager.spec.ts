import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { configmaps, deployments, endpoints, serviceaccounts, services, type ConfigMap } from '@keelson/api';
import { apiVersionOf, FakeClock, StatusError, type Resource } from '@keelson/apimachinery';
import { createMetricsRegistry, silentLogger, versionInfo, type Logger } from '@keelson/component-base';
import { FakeApi } from '@keelson/controller-runtime/testing';
import { runAddonManager } from './run-addon-manager';

const RECONCILE = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
const ENSURE = { 'addonmanager.kubernetes.io/mode': 'EnsureExists' };
const NAME = { namespace: 'kube-system', name: 'settings' };

const configMap = (name: string, data: Record<string, string>, labels: Record<string, string> = RECONCILE) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'kube-system', labels },
  data,
});

const served: readonly Resource[] = [configmaps, deployments, endpoints, services];

/** An addon manager over a folder, on a clock that the test moves. */
class Fixture {
  readonly clock = new FakeClock();
  readonly api = new FakeApi({ clock: this.clock });
  readonly errors: string[] = [];
  readonly folder: string;
  readonly #stop = new AbortController();
  #change: () => void = () => undefined;
  #running: Promise<void> | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Fixture> {
    return new Fixture(await mkdtemp(join(tmpdir(), 'addons-')));
  }

  write(file: string, ...objects: readonly object[]): Promise<void> {
    return writeFile(join(this.folder, file), objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  }

  withAccount(): void {
    this.api.add(serviceaccounts, { metadata: { namespace: 'kube-system', name: 'default' } });
  }

  async start(): Promise<void> {
    const log: Logger = {
      ...silentLogger,
      error: (message, fields) => void this.errors.push(`${message}: ${String(fields?.error ?? fields?.['problem'])}`),
    };
    this.#running = runAddonManager(
      { 'addon-path': this.folder, 'check-interval': 60_000, 'prune-allowlist': [] },
      {
        client: this.api,
        clock: this.clock,
        log,
        metrics: createMetricsRegistry(process, versionInfo(process)),
        signal: this.#stop.signal,
        finder: () => async (apiVersion, kind) => served.find((each) => apiVersionOf(each) === apiVersion && each.kind === kind),
        watchFolder: async (_folder, onChange) => void (this.#change = onChange),
      },
    );
    await this.settle();
  }

  /** Lets a pass, which reads real files, come to its end: then it waits on the clock. */
  async settle(): Promise<void> {
    do await setImmediate();
    while (this.clock.pending === 0);
  }

  /** Moves the clock and lets the pass that this starts end. */
  async advance(milliseconds: number): Promise<void> {
    await this.clock.advance(milliseconds);
    await this.settle();
  }

  async change(): Promise<void> {
    this.#change();
    await this.clock.advance(0);
    await this.advance(200);
  }

  /** What was written since last asked. */
  writes(): string[] {
    return this.api.writes.splice(0).map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
  }

  settings(): ConfigMap | undefined {
    return this.api.all(configmaps).find(({ metadata }) => metadata.name === 'settings');
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await rm(this.folder, { recursive: true, force: true });
  }
}

describe('The addon manager', () => {
  let fixture: Fixture;
  beforeEach(async () => void (fixture = await Fixture.create()));
  afterEach(() => fixture.end());

  it('waits for the default service account, then applies what the folder holds', async () => {
    await fixture.write('a.json', configMap('settings', { colour: 'blue' }));
    await fixture.start();
    await fixture.clock.advance(5_000);
    expect(fixture.writes()).toEqual([]);
    fixture.withAccount();
    await fixture.advance(500);
    expect(fixture.writes()).toEqual(['create configmaps settings']);
    expect(fixture.settings()?.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']).toBe(
      '{"apiVersion":"v1","data":{"colour":"blue"},"kind":"ConfigMap","metadata":{"annotations":{},"labels":{"addonmanager.kubernetes.io/mode":"Reconcile"},"name":"settings","namespace":"kube-system"}}\n',
    );
  });

  it('puts right what others have changed of it, keeps what they have added, and writes nothing when all is well', async () => {
    fixture.withAccount();
    await fixture.write('a.json', configMap('settings', { colour: 'blue' }));
    await fixture.start();
    fixture.api.change(configmaps, NAME, (object) => (object.data = { colour: 'red', theirs: '1' }));
    fixture.writes();
    await fixture.advance(60_000);
    expect(fixture.writes()).toEqual(['update configmaps settings']);
    expect(fixture.settings()?.data).toEqual({ colour: 'blue', theirs: '1' });
    await fixture.advance(60_000);
    expect(fixture.writes()).toEqual([]);
  });

  it('takes away the fields that a manifest no longer has, as soon as it changes', async () => {
    fixture.withAccount();
    await fixture.write('a.json', configMap('settings', { colour: 'blue', size: '1' }));
    await fixture.start();
    await fixture.write('a.json', configMap('settings', { colour: 'blue' }));
    await fixture.change();
    expect(fixture.settings()?.data).toEqual({ colour: 'blue' });
  });

  it('makes what is to exist, and leaves it alone from then on, though its manifest changes or goes', async () => {
    fixture.withAccount();
    await fixture.write('a.json', configMap('settings', { colour: 'blue' }, ENSURE));
    await fixture.start();
    expect(fixture.writes()).toEqual(['create configmaps settings']);
    await fixture.write('a.json', configMap('settings', { colour: 'red' }, ENSURE));
    await fixture.change();
    await rm(join(fixture.folder, 'a.json'));
    await fixture.change();
    expect([fixture.writes(), fixture.settings()?.data]).toEqual([[], { colour: 'blue' }]);
  });

  it('deletes what it applied when the manifest has gone, and nothing that merely has the label', async () => {
    fixture.withAccount();
    await fixture.write('a.json', configMap('settings', {}), configMap('other', {}));
    await fixture.start();
    fixture.api.add(endpoints, { metadata: { namespace: 'kube-system', name: 'copied', labels: RECONCILE } });
    fixture.writes();
    await fixture.write('a.json', configMap('other', {}));
    await fixture.change();
    expect(fixture.writes()).toEqual(['delete configmaps settings']);
  });

  it('deletes nothing while there is a manifest that it does not understand, and applies the others', async () => {
    fixture.withAccount();
    await fixture.write('a.json', configMap('settings', {}));
    await fixture.start();
    fixture.writes();
    await fixture.write('a.json', { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} });
    await fixture.write('b.json', configMap('second', {}));
    await fixture.change();
    expect(fixture.writes()).toEqual(['create configmaps second']);
    expect(fixture.errors).toEqual([expect.stringContaining('a.json: ConfigMap must have metadata.name')]);
  });

  it('deletes nothing when the folder is gone', async () => {
    fixture.withAccount();
    await fixture.write('a.json', configMap('settings', {}));
    await fixture.start();
    await rm(fixture.folder, { recursive: true });
    fixture.writes();
    await fixture.change();
    expect(fixture.writes()).toEqual([]);
    expect(fixture.errors).toEqual([expect.stringContaining("can't be read")]);
  });

  it('goes on after an object that the server refuses, and tries that again soon', async () => {
    fixture.withAccount();
    await fixture.write('a.json', configMap('settings', {}), configMap('second', {}));
    const accept = fixture.api.react(({ name, verb }) => {
      if (name === 'settings' && verb === 'create') throw StatusError.conflict(configmaps, 'settings', 'it is refused');
    });
    await fixture.start();
    expect(fixture.errors).toHaveLength(1);
    expect(fixture.api.all(configmaps).map(({ metadata }) => metadata.name)).toEqual(['second']);
    accept();
    await fixture.advance(5_000);
    expect(fixture.settings()).toBeDefined();
  });

  it('waits for a kind that the cluster does not have yet', async () => {
    fixture.withAccount();
    await fixture.write('a.json', { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', labels: RECONCILE } });
    await fixture.start();
    expect(fixture.errors).toEqual(['An addon could not be applied: Error: the cluster has no kind Widget in example.com/v1']);
  });

  it('settles a race with another writer by looking again', async () => {
    fixture.withAccount();
    await fixture.write('a.json', configMap('settings', { colour: 'blue' }));
    await fixture.start();
    fixture.api.change(configmaps, NAME, (object) => (object.data = { colour: 'red' }));
    let races = 2;
    fixture.api.react(({ verb }) => {
      if (verb === 'update' && races-- > 0)
        fixture.api.change(configmaps, NAME, (object) => (object.data = { ...object.data, [`r${races}`]: '1' }));
    });
    await fixture.advance(60_000);
    expect(fixture.settings()?.data).toEqual({ colour: 'blue', r1: '1', r0: '1' });
    expect(fixture.errors).toEqual([]);
  });

  it('applies the ports of a Service by element, although two have one number', async () => {
    fixture.withAccount();
    const ports = ['UDP', 'TCP'].map((protocol) => ({ name: protocol.toLowerCase(), port: 53, protocol }));
    await fixture.write('a.json', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'kube-system', name: 'kube-dns', labels: RECONCILE },
      spec: { ports },
    });
    await fixture.start();
    const NAME_OF_SERVICE = { namespace: 'kube-system', name: 'kube-dns' };
    fixture.api.change(
      services,
      NAME_OF_SERVICE,
      ({ spec }) => (spec.ports = spec.ports?.map((port) => ({ ...port, targetPort: 53 })) ?? []),
    );
    fixture.writes();
    await fixture.advance(60_000);
    expect(fixture.writes()).toEqual([]);
  });
});
