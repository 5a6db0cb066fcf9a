import { storeCheck, type ComponentCheck } from './component-check';
import { httpsCheck } from './https-check';

const CONTROLLER_MANAGER_PORT = 10257;
const SCHEDULER_PORT = 10259;

/** The components that upstream's server knows of: its neighbours at their default ports, whatever theirs are, and each member of the store. */
export function controlPlaneChecks(storeMembers: readonly (() => Promise<void>)[]): ReadonlyMap<string, ComponentCheck> {
  const neighbour = (port: number): ComponentCheck => httpsCheck({ host: '127.0.0.1', port, path: '/healthz' });
  return new Map([
    ['controller-manager', neighbour(CONTROLLER_MANAGER_PORT)],
    ['scheduler', neighbour(SCHEDULER_PORT)],
    ...storeChecks(storeMembers),
  ]);
}

/** Named as upstream names etcd's members, whatever the store is. */
export const storeChecks = (members: readonly (() => Promise<void>)[]): [string, ComponentCheck][] =>
  members.map((check, index) => [`etcd-${index}`, storeCheck(check)]);
