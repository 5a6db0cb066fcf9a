import { chooseRuntime, type ChooseRuntimeDeps, type RuntimeChoice } from './choose-runtime';
import { ensureEtcd } from './ensure-etcd';
import type { ClusterFolder } from './cluster-folder';
import { DEFAULT_SETTINGS, readSettings, writeSettings, type ClusterSettings } from './cluster-settings';
import type { Machine } from './machine';
import { UserError } from './terminal';

/** What the user asked for; undefined where anything will do. */
export interface Wishes {
  readonly nodes?: number | undefined;
  readonly runtime?: RuntimeChoice | undefined;
  readonly store?: ClusterSettings['store'] | undefined;
  readonly oneProcess?: boolean | undefined;
  readonly securePort?: number | undefined;
}

interface SettleDeps extends ChooseRuntimeDeps {
  readonly folder: ClusterFolder;
}

/** What the cluster has kept, or what is chosen now for a new one; written down. @throws UserError if the wishes don't fit */
export async function settle(wishes: Wishes, deps: SettleDeps): Promise<ClusterSettings> {
  const { folder, machine, terminal } = deps;
  const kept = await readSettings(folder);
  if (kept === undefined) return settleNew(wishes, deps);
  refuseOther(wishes, kept, folder);
  terminal.say('Resuming the cluster ...');
  const settings = { ...kept, advertiseAddress: addressNow(machine, kept.advertiseAddress) };
  if (settings.advertiseAddress === kept.advertiseAddress) return kept;
  terminal.say(`The machine's address is now ${settings.advertiseAddress}; it was ${kept.advertiseAddress}.`);
  await writeSettings(folder, settings);
  return settings;
}

/** @throws UserError if the cluster is not what the user wishes for */
export function refuseOther(wishes: Wishes, kept: ClusterSettings, folder: ClusterFolder): void {
  const names = Object.keys(wishes) as (keyof Wishes)[];
  if (names.every((name) => wishes[name] === undefined || wishes[name] === kept[name])) return;
  throw new UserError(`the cluster in ${folder.home} has ${describe(kept)}; keelson down --delete makes room for another`);
}

async function settleNew(wishes: Wishes, deps: SettleDeps): Promise<ClusterSettings> {
  const { folder, machine, terminal } = deps;
  const { runtime } = wishes;
  const { nodes, oneProcess, securePort, store } = { ...DEFAULT_SETTINGS, ...given(wishes) };
  if (oneProcess && runtime === 'docker') throw new UserError('--one-process is for simulated nodes; leave out --runtime docker');
  if (oneProcess && store === 'etcd') throw new UserError('--one-process has the embedded store; leave out --store etcd');
  if (store === 'etcd') await ensureEtcd(machine, terminal);
  const settings: ClusterSettings = {
    nodes,
    runtime: await chooseRuntime(oneProcess ? 'hollow' : runtime, deps),
    store,
    oneProcess,
    securePort,
    advertiseAddress: addressNow(machine, undefined),
  };
  await writeSettings(folder, settings);
  terminal.say('Starting the cluster ...');
  return settings;
}

type Given = { readonly [Name in keyof Wishes]?: Exclude<Wishes[Name], undefined> };

/** Without the wishes that nobody has. */
function given(wishes: Wishes): Given {
  return Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined));
}

/** The address that was kept, as long as the machine still has it. */
function addressNow({ addresses }: Machine, kept: string | undefined): string {
  return kept !== undefined && addresses.includes(kept) ? kept : (addresses[0] ?? '127.0.0.1');
}

function describe({ nodes, oneProcess, runtime, securePort, store }: ClusterSettings): string {
  return `${nodes} ${runtime} node(s)${oneProcess ? ' in one process' : ''}, its objects in ${store}, on port ${securePort}`;
}
