import { counter, gauge, registerMetrics } from '@keelson/component-base';
import type { Registry } from 'prom-client';

const declarations = {
  operations: counter({
    name: 'addon_manager_operations_total',
    help: 'What was done to objects of addons.',
    labels: ['operation'],
  }),
  failures: counter({ name: 'addon_manager_failures_total', help: 'Objects of addons that could not be applied or pruned.' }),
  manifests: gauge({ name: 'addon_manager_manifests', help: 'Objects that the manifests hold.' }),
  problems: gauge({ name: 'addon_manager_unreadable_manifests', help: 'Manifests, or parts of some, that could not be understood.' }),
  lastPass: gauge({ name: 'addon_manager_last_pass_timestamp_seconds', help: 'When the manifests were last gone through.' }),
};

export type AddonMetrics = ReturnType<typeof addonMetrics>;

/** The figures of an addon manager. Upstream's, a shell script, has none to take the names from. */
// The return type is what the declarations say.
// eslint-disable-next-line @typescript-eslint/explicit-function-return-type
export function addonMetrics(registry: Registry) {
  return registerMetrics(registry, declarations);
}
