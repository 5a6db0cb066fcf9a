import { endpointslices, namespaces, services } from '@keelson/api';
import type { InformerFactory } from '@keelson/controller-runtime';
import type { RecordIndex } from './zone/record-index';

/** Keeps `index` as the cluster is, from the start of the informers on. @returns what resolves once it holds all that there is */
export function followCluster(informers: InformerFactory, index: RecordIndex): Promise<unknown> {
  const [serviceCache, sliceCache, namespaceCache] = [
    informers.informer(services),
    informers.informer(endpointslices),
    informers.informer(namespaces),
  ];
  serviceCache.subscribe((event) => index.serviceChanged(event));
  sliceCache.subscribe((event) => index.sliceChanged(event));
  namespaceCache.subscribe((event) => index.namespaceChanged(event));
  return Promise.all([serviceCache.synced, sliceCache.synced, namespaceCache.synced]);
}
