export { cleanUp } from './clean-up';
export { proxyFlags } from './proxy-flags';
export { runKubeProxyDaemon } from './run-kube-proxy-daemon';
