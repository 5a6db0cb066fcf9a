export {
  addonFolder,
  addonsOf,
  ensureAddonImage,
  makeAddonFolders,
  ensureAddons,
  writeManifests,
  type EnsureAddonsOptions,
} from './addons';
export { ClusterFolder } from './cluster-folder';
export { clusterPaths } from './cluster-paths';
export { ensurePki } from './cluster-pki';
export { processMark, SUPERVISOR } from './cluster-processes';
export { readSettings, type ClusterSettings } from './cluster-settings';
export {
  CLUSTER_DNS_ADDRESS,
  CLUSTER_DOMAIN,
  daemonSpecs,
  ISSUER,
  KUBERNETES_ADDRESS,
  SERVICE_RANGE,
  simulatedPodRange,
} from './daemon-specs';
export { copyLog, followLog, type FollowLogOptions } from './follow-log';
export { Launcher, type LauncherDeps, type UpOptions } from './launcher';
export { thisMachine, type Machine } from './machine';
export { removeNodeTraces, type LocalNode, type RemoveNodeTraces } from './node-traces';
export { identityOf } from './process-identity';
export { supervise, type SupervisorOptions } from './supervisor';
export { UserError, type Terminal } from './terminal';
export { unmountBelow } from './unmount-below';
