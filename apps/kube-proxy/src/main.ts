import { runDaemon } from '@keelson/component-base';
import { proxyFlags, runKubeProxyDaemon } from '@keelson/proxy';

await runDaemon(
  {
    name: 'kube-proxy',
    description: 'Makes the addresses and node ports of Services reach their endpoints, by nftables rules of the machine it runs on.',
    flags: proxyFlags,
    run: runKubeProxyDaemon,
  },
  process,
);
