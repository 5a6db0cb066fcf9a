import { parseApiVersion, schemaless, type Clock, type PatchSchema, type Resource } from '@keelson/apimachinery';
import { builtInSchemas, PatchSchemas, type SchemaRegistry } from '@keelson/api/server';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import type { AddonMetrics } from './addon-metrics';
import { applyManifest, namespaceFor } from './apply-manifest';
import { readManifests, type Manifest, type Manifests } from './manifests';
import { identityOf, prune, PRUNED_KINDS } from './prune';
import type { FindResource } from './resource-finder';

export interface AddonReconcilerOptions {
  readonly folder: string;
  readonly client: ApiClient;
  /** Makes what finds the resources of one pass. */
  readonly finder: (signal: AbortSignal) => FindResource;
  /** Kinds that are pruned besides upstream's: `GROUP/VERSION/KIND`. */
  readonly alsoPruned: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: AddonMetrics;
}

/** What one pass has come to. */
export interface Pass {
  /** Objects that could not be applied or pruned, and manifests that could not be understood. */
  readonly failures: number;
}

/** Brings the cluster to what a folder of manifests says, one pass at a time. What fails is logged and does not keep the rest from going on. */
export class AddonReconciler {
  readonly #options: AddonReconcilerOptions;
  readonly #schemas: SchemaRegistry = builtInSchemas();
  readonly #patchSchemas = new PatchSchemas();

  constructor(options: AddonReconcilerOptions) {
    this.#options = options;
  }

  /** One look at all manifests. Rejects only when `signal` aborts. */
  async pass(signal: AbortSignal): Promise<Pass> {
    const { clock, folder, log, metrics } = this.#options;
    const { manifests, problems } = await readManifests(folder).catch((error: unknown): Manifests => ({
      manifests: [],
      problems: [`the folder ${folder} can't be read: ${(error as Error).message}`],
    }));
    for (const problem of problems) log.error('A manifest can not be understood', { problem });
    metrics.manifests.set(manifests.length);
    metrics.problems.set(problems.length);
    const find = this.#options.finder(signal);
    const { failures, wanted } = await this.#applyAll(manifests, find, signal);
    let unpruned = 0;
    // A manifest that can't be read, or whose kind is not known, may be that of any object.
    if (problems.length > 0 || wanted.size < manifests.length) log.v(2, 'Nothing is pruned until all manifests can be understood');
    else unpruned = await this.#pruneAll(wanted, find, signal);
    metrics.lastPass.set(clock.now() / 1000);
    return { failures: failures + unpruned + problems.length };
  }

  /** @returns the identities of the objects that the manifests want */
  async #applyAll(
    manifests: readonly Manifest[],
    find: FindResource,
    signal: AbortSignal,
  ): Promise<{ failures: number; wanted: Set<string> }> {
    const wanted = new Set<string>();
    let failures = 0;
    for (const manifest of manifests) {
      signal.throwIfAborted();
      try {
        const resource = await find(manifest.apiVersion, manifest.kind);
        if (resource === undefined) throw new Error(`the cluster has no kind ${manifest.kind} in ${manifest.apiVersion}`);
        const identity = identityOf(resource, namespaceFor(manifest, resource), manifest.name);
        if (wanted.has(identity)) throw new Error('another manifest has the same object; that one is applied');
        wanted.add(identity);
        await this.#apply(manifest, resource, signal);
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        this.#failed('An addon could not be applied', { ...nameOf(manifest), file: manifest.file, error });
      }
    }
    return { failures, wanted };
  }

  async #apply(manifest: Manifest, resource: Resource, signal: AbortSignal): Promise<void> {
    const { client, log, metrics } = this.#options;
    const applied = await applyManifest(manifest, { client, resource, schema: this.#schemaOf(manifest), signal });
    if (applied === 'unchanged') return;
    metrics.operations.inc({ operation: applied });
    log.info(applied === 'created' ? 'Created' : 'Updated', nameOf(manifest));
  }

  /** @returns how many kinds could not be gone through */
  async #pruneAll(wanted: ReadonlySet<string>, find: FindResource, signal: AbortSignal): Promise<number> {
    const { alsoPruned, client, log, metrics } = this.#options;
    let failures = 0;
    for (const kind of new Set([...alsoPruned, ...PRUNED_KINDS])) {
      signal.throwIfAborted();
      try {
        const slash = kind.lastIndexOf('/');
        const resource = await find(kind.slice(0, slash), kind.slice(slash + 1));
        if (resource === undefined) continue;
        for (const key of await prune(resource, wanted, { client, signal })) {
          metrics.operations.inc({ operation: 'pruned' });
          log.info('Pruned', { kind: resource.kind, object: key });
        }
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        this.#failed('Addons that went away could not be pruned', { kind, error });
      }
    }
    return failures;
  }

  #failed(message: string, fields: Parameters<Logger['error']>[1]): void {
    this.#options.metrics.failures.inc();
    this.#options.log.error(message, fields);
  }

  #schemaOf({ apiVersion, kind }: Manifest): PatchSchema {
    const type = this.#schemas.schemaOf({ ...parseApiVersion(apiVersion), kind });
    return type === undefined ? schemaless : this.#patchSchemas.of(type);
  }
}

const nameOf = ({ kind, name, namespace }: Manifest): Readonly<Record<string, string>> => ({
  kind,
  object: namespace === undefined ? name : `${namespace}/${name}`,
});
