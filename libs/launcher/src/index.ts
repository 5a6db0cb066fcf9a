export { ClusterFolder } from './cluster-folder';
export { readSettings } from './cluster-settings';
export { daemonSpecs } from './daemon-specs';
export { Launcher, type LauncherDeps, type UpOptions } from './launcher';
export { thisMachine, type Machine } from './machine';
export { identityOf } from './process-identity';
export { supervise, type SupervisorOptions } from './supervisor';
export { UserError, type Terminal } from './terminal';
