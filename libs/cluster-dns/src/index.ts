export { clusterDnsFlags, type ClusterDnsConfig } from './cluster-dns-config';
export { runClusterDns, type ClusterDnsDeps } from './run-cluster-dns';
