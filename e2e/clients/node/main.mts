/**
 * A controller as operator authors write them: built on `@kubernetes/client-node`, with an informer. It keeps, for each ConfigMap labelled
 * copied=yes, a ConfigMap NAME-copy with the same data, owned by the original.
 */
/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment, @typescript-eslint/no-misused-spread -- the client's types are classes that its users never construct */
import { ApiException, CoreV1Api, KubeConfig, makeInformer, type KubernetesListObject, type V1ConfigMap } from '@kubernetes/client-node';

const SELECTOR = 'copied=yes';
const RELIST_MILLISECONDS = 1000;

const config = new KubeConfig();
config.loadFromDefault();
const api = config.makeApiClient(CoreV1Api);

/** The work on one object after the other, so that two changes of it don't race. */
const chains = new Map<string, Promise<void>>();

function enqueue(original: V1ConfigMap): void {
  const key = original.metadata?.name ?? '';
  const next = (chains.get(key) ?? Promise.resolve()).then(() => reconcile(original)).catch((error: unknown) => console.error(error));
  chains.set(key, next);
}

async function reconcile({ data, metadata }: V1ConfigMap): Promise<void> {
  const { name: original = '', namespace = '', uid = '' } = metadata ?? {};
  const name = `${original}-copy`;
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: original, uid, controller: true, blockOwnerDeletion: true };
  const body: V1ConfigMap = { metadata: { name, ownerReferences: [owner] }, ...(data === undefined ? {} : { data }) };
  try {
    const present = await api.readNamespacedConfigMap({ namespace, name });
    await api.replaceNamespacedConfigMap({ namespace, name, body: { ...present, ...(data === undefined ? {} : { data }) } });
  } catch (error) {
    if (!(error instanceof ApiException) || error.code !== 404) throw error;
    await api.createNamespacedConfigMap({ namespace, body });
  }
}

const list = (): Promise<KubernetesListObject<V1ConfigMap>> => api.listConfigMapForAllNamespaces({ labelSelector: SELECTOR });
const informer = makeInformer(config, '/api/v1/configmaps', list, SELECTOR);
informer.on('add', enqueue);
informer.on('update', enqueue);
informer.on('connect', () => console.log('synced'));
informer.on('error', () => void setTimeout(() => void informer.start(), RELIST_MILLISECONDS));
await informer.start();
