import type { Machine } from './machine';
import { UserError, type Terminal } from './terminal';

/** Sees to it that etcd is installed, which is said before it is done. @throws UserError with what to do, if it can't be had */
export async function ensureEtcd(machine: Machine, terminal: Terminal): Promise<void> {
  if ((await machine.find('etcd')) !== undefined) return;
  if (!machine.hasApt) throw new UserError('--store etcd needs etcd, which is not installed; install it and try again');
  if (!machine.isRoot) throw new UserError('--store etcd needs etcd, which is not installed: sudo apt-get install etcd-server');
  terminal.say('etcd is not installed: installing it (apt-get install etcd-server) ...');
  await machine.install(['etcd-server']);
  // The package starts an etcd of its own, on the ports that the cluster's needs.
  if (machine.hasSystemd) await machine.stopService('etcd');
}
