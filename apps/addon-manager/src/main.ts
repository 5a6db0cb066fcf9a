import { addonManagerFlags, runAddonManager, watchFolder } from '@keelson/addon-manager';
import { systemClock } from '@keelson/apimachinery';
import { runDaemon } from '@keelson/component-base';
import { runControlPlaneDaemon } from '@keelson/controller-runtime';

const NAME = 'addon-manager';

await runDaemon(
  {
    name: NAME,
    description: 'Keeps the objects of a folder of manifests applied to the cluster.',
    flags: addonManagerFlags,
    run: (values, context) =>
      runControlPlaneDaemon(values, context, {
        name: NAME,
        lead: (parts) => runAddonManager(values, { ...parts, clock: systemClock, watchFolder }),
      }),
  },
  process,
);
