import { StatusError, type Clock } from '@keelson/apimachinery';
import { evaluatorOf } from '@keelson/quota';
import type { AdmissionAttributes, AdmissionPlugin } from '../../admission-plugin';
import { QuotaBatches } from './quota-batches';
import type { QuotaStore } from './quota-store';

const PATIENCE_MILLISECONDS = 10_000;

/**
 * Lets a namespace have no more than its quotas allow. It charges quotas for what comes; the quota controller takes off what goes.
 * Source: k8s.io/apiserver/pkg/admission/plugin/resourcequota.
 */
export class ResourceQuota implements AdmissionPlugin {
  readonly name = 'ResourceQuota';
  readonly #quotas: QuotaStore;
  readonly #clock: Clock;
  readonly #batches: QuotaBatches;

  constructor(quotas: QuotaStore, clock: Clock) {
    this.#quotas = quotas;
    this.#clock = clock;
    this.#batches = new QuotaBatches(quotas, clock);
  }

  validate(attributes: AdmissionAttributes): Promise<void> | undefined {
    const { namespace, operation, resource } = attributes;
    if (namespace === '' || (operation !== 'CREATE' && operation !== 'UPDATE')) return undefined;
    if (this.#quotas.list(namespace).length === 0) return undefined;
    const evaluator = evaluatorOf(resource);
    return evaluator?.handles(attributes) === true ? this.#submit({ attributes, evaluator }) : undefined;
  }

  async #submit(change: Parameters<QuotaBatches['submit']>[0]): Promise<void> {
    const late = Promise.withResolvers<never>();
    const cancel = this.#clock.setTimeout(
      () => late.reject(StatusError.internal(new Error('resource quota evaluation timed out'))),
      PATIENCE_MILLISECONDS,
    );
    try {
      await Promise.race([this.#batches.submit(change), late.promise]);
    } finally {
      cancel();
    }
  }
}
