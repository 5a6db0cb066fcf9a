import { runKubeApiserver } from '@keelson/apiserver';
import { runDaemon } from '@keelson/component-base';
import { readConfig, servingCertificate } from './config';
import { flags } from './flags';
import { openStore, storeMembers, validateStoreFlags } from './store';

await runDaemon(
  {
    name: 'kube-apiserver',
    description: 'Serves the Kubernetes API: validates and stores its objects, and tells everyone who watches of every change.',
    flags,
    validate: validateStoreFlags,
    async run(values, context) {
      const serving = await servingCertificate(values);
      const config = await readConfig(values, serving);
      await runKubeApiserver(config, {
        ...context,
        openStore: () => openStore(values),
        storeMembers: storeMembers(values),
        listen: { address: values['bind-address'], port: values['secure-port'] },
        compactionIntervalMilliseconds: values['etcd-compaction-interval'],
        shutdownDelayMilliseconds: values['shutdown-delay-duration'],
      });
    },
  },
  process,
);
