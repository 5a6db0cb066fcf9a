export { addonManagerFlags, type AddonManagerConfig } from './addon-manager-flags';
export { runAddonManager, type AddonManagerDeps } from './run-addon-manager';
export { watchFolder } from './watch-folder';
