import type Docker from 'dockerode';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { firstAddress } from '../address-pool';
import { errorCode } from '../error-code';
import { connectDocker } from './connect-docker';
import { callEngine, isConflict, isNotFound, unlessGone } from './engine-errors';

/** A bridge that all pods on this machine share, whatever node they belong to. See docs/adr/0010-pod-network-on-docker.md. */
export interface PodNetworkOptions {
  /** Docker's name for it, and the bridge device's: at most 15 characters. */
  readonly name: string;
  /** All pods' addresses, the cluster CIDR. Its first address is the gateway. */
  readonly subnet: string;
}

const BRIDGE_NETFILTER = '/proc/sys/net/bridge/bridge-nf-call-iptables';

/** One rule of iptables: table, chain, and match with target. */
type Rule = readonly [table: string, chain: string, rule: readonly string[]];

/** Makes sure that the network and all it needs exists. Idempotent, and safe for several kubelets at once. */
export async function ensurePodNetwork(docker: Docker, options: PodNetworkOptions): Promise<void> {
  await ensureBridge(docker, options);
  for (const rule of rulesOf(options)) await ensureRule(rule);
  // Pods of another machine lie in the subnet, hence, for a pod here, on its link: the host answers for them and routes.
  await writeFile(`/proc/sys/net/ipv4/conf/${options.name}/proxy_arp`, '1');
  await tryBridgeNetfilter();
}

/** Undoes {@link ensurePodNetwork}, when no pod is left on it. */
export async function removePodNetwork(options: PodNetworkOptions, socketPath?: string): Promise<void> {
  // Kubelets that started at once may each have added a rule that neither saw yet.
  for (const rule of rulesOf(options)) while (await hasRule(rule)) await iptables(rule[0], '-D', rule[1], rule[2]);
  const docker = await connectDocker(socketPath);
  await unlessGone(() => docker.getNetwork(options.name).remove());
}

/**
 * Lets every port of the bridge send a frame back where it came from, so that a pod reaches itself through a Service: with br_netfilter such
 * a packet isn't routed but bridged to its new destination. Docker does this only when it runs without its userland proxy.
 */
export async function enableHairpin({ name }: PodNetworkOptions): Promise<void> {
  const ports = `/sys/class/net/${name}/brif`;
  for (const port of await readdir(ports)) {
    try {
      await writeFile(`${ports}/${port}/hairpin_mode`, '1');
    } catch (error) {
      // Another pod's port may go away meanwhile.
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}

/** @throws Error if a network of that name has another subnet */
async function ensureBridge(docker: Docker, { name, subnet }: PodNetworkOptions): Promise<void> {
  const existing = await subnetOf(docker, name);
  if (existing === subnet) return;
  if (existing !== undefined)
    throw new Error(`Docker's network ${name} has subnet ${existing}, not ${subnet}: remove it (docker network rm ${name})`);
  try {
    await callEngine(() =>
      docker.createNetwork({
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        IPAM: { Driver: 'default', Config: [{ Subnet: subnet, Gateway: firstAddress(subnet) }] },
        Options: {
          'com.docker.network.bridge.name': name,
          // Docker would masquerade towards pods on other machines too; the rule below doesn't.
          'com.docker.network.bridge.enable_ip_masquerade': 'false',
        },
      }),
    );
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

async function subnetOf(docker: Docker, name: string): Promise<string | undefined> {
  try {
    const network = (await callEngine(() => docker.getNetwork(name).inspect())) as { IPAM?: { Config?: { Subnet?: string }[] } };
    return network.IPAM?.Config?.[0]?.Subnet ?? '';
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Docker drops what it didn't open itself (its forward policy, its isolation chains); DOCKER-USER is where it leaves the first word to
 * others. Only what leaves the cluster is masqueraded, so that pods see one another's addresses.
 */
function rulesOf({ name, subnet }: PodNetworkOptions): readonly Rule[] {
  return [
    ['filter', 'DOCKER-USER', ['-o', name, '-j', 'ACCEPT']],
    ['filter', 'DOCKER-USER', ['-i', name, '-j', 'ACCEPT']],
    ['nat', 'POSTROUTING', ['-s', subnet, '!', '-d', subnet, '!', '-o', name, '-j', 'MASQUERADE']],
  ];
}

async function ensureRule(rule: Rule): Promise<void> {
  const [table, chain, words] = rule;
  if (!(await hasRule(rule))) await iptables(table, '-I', chain, words);
}

async function hasRule([table, chain, words]: Rule): Promise<boolean> {
  try {
    await iptables(table, '-C', chain, words);
    return true;
  } catch (error) {
    if (errorCode(error) === 1) return false;
    throw error;
  }
}

async function iptables(table: string, verb: string, chain: string, rule: readonly string[]): Promise<void> {
  await promisify(execFile)('iptables', ['--wait', '--table', table, verb, chain, ...rule]);
}

/**
 * A Service's answer between two pods of one bridge should pass connection tracking, which turns the pod's address back into the Service's. Where the kernel
 * can't do that, kube-proxy has such connections go by way of the host, under the host's address; so it is no error here.
 */
async function tryBridgeNetfilter(): Promise<void> {
  try {
    if ((await readBridgeNetfilter()) !== '1') await writeFile(BRIDGE_NETFILTER, '1');
  } catch {
    // A kernel without br_netfilter, or one that this process may not change.
  }
}

async function readBridgeNetfilter(): Promise<string> {
  try {
    return (await readFile(BRIDGE_NETFILTER, 'utf8')).trim();
  } catch {
    await promisify(execFile)('modprobe', ['br_netfilter']);
    return (await readFile(BRIDGE_NETFILTER, 'utf8')).trim();
  }
}
