import { flag, type FlagValues } from '@keelson/component-base';
import { controlPlaneFlags } from '@keelson/controller-runtime';

const ADDONS = 'Addons';

/** Upstream's addon manager takes the environment variables that the usages name. */
export const addonManagerFlags = {
  ...controlPlaneFlags({ securePort: 10261, leaseName: 'addon-manager' }),
  'addon-path': flag.string({
    section: ADDONS,
    usage: 'The folder of the manifests, YAML or JSON (ADDON_PATH)',
    default: '/etc/kubernetes/addons',
  }),
  'check-interval': flag.duration({
    section: ADDONS,
    usage: 'How often all objects are checked; changes of manifests are seen at once (TEST_ADDON_CHECK_INTERVAL_SEC)',
    default: 60_000,
  }),
  'prune-allowlist': flag.strings({
    section: ADDONS,
    usage: 'More kinds whose objects go when their manifest went: GROUP/VERSION/KIND (KUBECTL_EXTRA_PRUNE_WHITELIST)',
  }),
};

export type AddonManagerFlagValues = FlagValues<typeof addonManagerFlags>;

export type AddonManagerConfig = Pick<AddonManagerFlagValues, 'addon-path' | 'check-interval' | 'prune-allowlist'>;
