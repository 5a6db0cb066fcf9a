import { systemClock } from '@keelson/apimachinery';
import { KUBERNETES_VERSION, runDaemon } from '@keelson/component-base';
import { controllerManagerFlags, readConfig, runKubeControllerManager } from '@keelson/controller-manager';
import { runControlPlaneDaemon, ServiceAccountClients, type ControlPlaneParts } from '@keelson/controller-runtime';

const NAME = 'kube-controller-manager';

await runDaemon(
  {
    name: NAME,
    description: 'Runs the controllers that bring the state of the cluster to what its objects say.',
    flags: controllerManagerFlags,
    async run(values, context) {
      const config = await readConfig(values);
      const lead = async (parts: ControlPlaneParts): Promise<void> => {
        const deps = { ...parts, clock: systemClock };
        if (!values['use-service-account-credentials']) return runKubeControllerManager(config, deps);
        const userAgent = `${NAME}/${KUBERNETES_VERSION}`;
        const clients = new ServiceAccountClients({
          kubeconfig: values.kubeconfig ?? '',
          client: parts.client,
          userAgent,
          clock: systemClock,
        });
        try {
          await runKubeControllerManager(config, { ...deps, clientFor: (account) => clients.clientFor(account) });
        } finally {
          await clients.close();
        }
      };
      await runControlPlaneDaemon(values, context, { name: NAME, lead });
    },
  },
  process,
);
