export { EtcdServer, installedEtcd, untilReachable } from './etcd-server';
