import type { CloudProviderEntry } from '../cloud-provider';
import { readDockerConfig } from './docker-config';
import { DockerInstances } from './docker-instances';
import { DockerLoadBalancer } from './docker-load-balancer';

/** The cloud that one machine with Docker is. It has no routes: all its nodes share the machine's. */
export const dockerProvider: CloudProviderEntry = {
  name: 'docker',
  async open(configFile) {
    const config = await readDockerConfig(configFile);
    return ({ services }) => ({
      name: 'docker',
      instances: new DockerInstances(config.instances),
      loadBalancer: new DockerLoadBalancer(config.loadBalancerCIDR, services),
    });
  },
};
