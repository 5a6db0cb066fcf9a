import type { CloudProviderEntry } from './cloud-provider';
import { dockerProvider } from './docker/docker-provider';

/** Every provider there is. */
export const cloudProviders: readonly CloudProviderEntry[] = [dockerProvider];

/** @throws Error for a name that there is not */
export function cloudProviderOf(name: string, providers: readonly CloudProviderEntry[] = cloudProviders): CloudProviderEntry {
  const known = providers.map((entry) => entry.name).join(', ');
  if (name === '') throw new Error(`--cloud-provider cannot be empty; there are: ${known}`);
  const entry = providers.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`unknown cloud provider ${JSON.stringify(name)} in --cloud-provider; there are: ${known}`);
  return entry;
}
