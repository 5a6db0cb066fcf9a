export { hollowNodeSettings } from './hollow/hollow-node-settings';
export { loadKubeletConfiguration } from './config/configuration-file';
export { KUBELET_DEFAULTS, validateKubeletConfig, type KubeletConfig } from './config/kubelet-config';
export { kubeletConfig, kubeletFlags, type KubeletFlagValues } from './config/kubelet-flags';
export { openHollowNode, type OpenHollowNodeDeps } from './hollow/open-hollow-node';
export { runHollowNodes, type HollowNodeApi, type HollowNodesDeps, type HollowNodesOptions } from './hollow/run-hollow-nodes';
export { runKubelet, type KubeletDeps } from './run-kubelet';
export { runKubeletDaemon } from './run-kubelet-daemon';
export type { ForwardedPort, ForwardedPorts, RemoteStreams, StreamProtocol, StreamRequest, UpgradeRequest } from './server/remote-streams';
