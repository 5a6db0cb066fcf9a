import { formatCidr, parseCidr, type Cidr } from '@keelson/apimachinery';
import { field, loadConfigFile } from '@keelson/component-base';

/** What the `docker` provider is told. */
export interface DockerCloudConfig {
  /** The addresses of Services of type LoadBalancer; must not overlap those of pods, Services, or the machine's networks. */
  readonly loadBalancerCIDR: Cidr;
  /** The names of the nodes that there are; any other is deleted once it is not ready. Undefined: whoever registers is there. */
  readonly instances: ReadonlySet<string> | undefined;
}

const DEFAULT_CIDR = '10.97.0.0/24';
/** Leaves room for an address between a network's first and last. */
const LONGEST_PREFIX = { 4: 30, 6: 126 } as const;

const FILE = {
  apiVersion: 'docker.cloudprovider.keelson.dev/v1alpha1',
  kind: 'DockerCloudConfiguration',
  fields: { loadBalancerCIDR: field.string, instances: field.list(field.string) },
};

/** @param path `--cloud-config`; the defaults without one @throws Error, one line naming the file */
export async function readDockerConfig(path: string | undefined): Promise<DockerCloudConfig> {
  if (path === undefined) return { loadBalancerCIDR: cidrOf(DEFAULT_CIDR, ''), instances: undefined };
  const { instances, loadBalancerCIDR = DEFAULT_CIDR } = await loadConfigFile(path, FILE);
  const names = instances?.filter((name) => name !== undefined);
  return {
    loadBalancerCIDR: cidrOf(loadBalancerCIDR, `${path}: `),
    instances: names === undefined ? undefined : new Set(names),
  };
}

function cidrOf(text: string, prefix: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined || formatCidr(cidr) !== text)
    throw new Error(`${prefix}loadBalancerCIDR: must be a network such as ${DEFAULT_CIDR}: current value is ${JSON.stringify(text)}`);
  if (cidr.prefix > LONGEST_PREFIX[cidr.family])
    throw new Error(`${prefix}loadBalancerCIDR: must have a prefix of at most ${LONGEST_PREFIX[cidr.family]}: current value is ${text}`);
  return cidr;
}
