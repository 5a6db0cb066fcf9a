export { cleanUp } from './clean-up';
export { proxyFlags } from './proxy-flags';
export { runKubeProxyDaemon, type ProxyProgram } from './run-kube-proxy-daemon';
