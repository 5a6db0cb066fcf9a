import type { Clock } from '@keelson/apimachinery';
import type { Authorizer } from '../authorization/authorizer';
import type { AdmissionPlugin } from './admission-plugin';
import { CertificateApproval, CertificateSigning } from './plugins/certificate-permissions';
import { CertificateSubjectRestriction } from './plugins/certificate-subject-restriction';
import { DefaultStorageClass } from './plugins/default-storage-class';
import { DefaultTolerationSeconds } from './plugins/default-toleration-seconds';
import { LimitRanger } from './plugins/limit-ranger';
import { NamespaceLifecycle } from './plugins/namespace-lifecycle';
import { NodeRestriction } from './plugins/node-restriction/node-restriction';
import { Priority } from './plugins/priority';
import type { QuotaStore } from './plugins/resource-quota/quota-store';
import { ResourceQuota } from './plugins/resource-quota/resource-quota';
import { ServiceAccount } from './plugins/service-account';
import { TaintNodesByCondition } from './plugins/taint-nodes-by-condition';
import type { StoredObjects } from './stored-objects';

export interface AdmissionPluginDeps {
  readonly objects: StoredObjects;
  readonly authorizer: Authorizer;
  readonly quotas: QuotaStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly notReadyTolerationSeconds: number;
  readonly unreachableTolerationSeconds: number;
}

/** Every plugin there is, in the order in which they run, upstream's; and which run unless a flag says otherwise. */
const plugins = (deps: AdmissionPluginDeps): readonly { readonly plugin: AdmissionPlugin; readonly byDefault: boolean }[] => [
  { plugin: new NamespaceLifecycle(deps.objects), byDefault: true },
  { plugin: new LimitRanger(deps.objects), byDefault: true },
  { plugin: new ServiceAccount(deps.objects, deps.random), byDefault: true },
  { plugin: new NodeRestriction(deps.objects, deps.authorizer), byDefault: false },
  { plugin: new TaintNodesByCondition(), byDefault: true },
  { plugin: new Priority(deps.objects), byDefault: true },
  {
    plugin: new DefaultTolerationSeconds({
      notReadySeconds: deps.notReadyTolerationSeconds,
      unreachableSeconds: deps.unreachableTolerationSeconds,
    }),
    byDefault: true,
  },
  { plugin: new DefaultStorageClass(deps.objects), byDefault: true },
  { plugin: new CertificateApproval(deps.authorizer), byDefault: true },
  { plugin: new CertificateSigning(deps.authorizer), byDefault: true },
  { plugin: new CertificateSubjectRestriction(), byDefault: true },
  // Last, so that nothing is charged for what another refuses.
  { plugin: new ResourceQuota(deps.quotas, deps.clock), byDefault: true },
];

/** The plugins that `--enable-admission-plugins` and `--disable-admission-plugins` come to. @throws Error for a name that there is not */
export function chosenPlugins(
  deps: AdmissionPluginDeps,
  choice: { readonly enable: readonly string[]; readonly disable: readonly string[] },
): readonly AdmissionPlugin[] {
  const all = plugins(deps);
  const unknown = [...choice.enable, ...choice.disable].find((name) => !all.some(({ plugin }) => plugin.name === name));
  if (unknown !== undefined)
    throw new Error(
      `there is no admission plugin ${JSON.stringify(unknown)}; there are ${all.map(({ plugin }) => plugin.name).join(', ')}`,
    );
  return all
    .filter(({ byDefault, plugin }) => (byDefault || choice.enable.includes(plugin.name)) && !choice.disable.includes(plugin.name))
    .map(({ plugin }) => plugin);
}
