export type { CloudProvider, CloudProviderEntry, CloudProviderParts } from './cloud-provider';
export type { InstanceMetadata, Instances } from './instances';
export { ImplementedElsewhere, RetryLater, type LoadBalancer, type LoadBalancerRequest, type LoadBalancerTargets } from './load-balancer';
export { cloudProviderOf, cloudProviders } from './provider-registry';
export type { Route, Routes, WantedRoute } from './routes';
