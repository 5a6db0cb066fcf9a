export { NodeIpamController, type NodeIpamControllerDeps, type NodeIpamControllerOptions } from './node-ipam-controller';
