import { StatusError, type DeepReadonly } from '@keelson/apimachinery';
import type { Node, Pod } from '@keelson/api';
import type { ApiRequest } from '../http/api-request';
import type { ObjectRegistry } from '../registry/object-registry';
import { kubeletEndpointOf, type KubeletClient, type KubeletEndpoint } from './kubelet-client';

export interface NodeAccess {
  readonly kubelets: KubeletClient;
  readonly pods: ObjectRegistry;
  readonly nodes: ObjectRegistry;
}

/** The container that a request is about, and the kubelet that runs it. */
export interface PodTarget {
  readonly pod: DeepReadonly<Pod>;
  readonly container: string;
  /** `NAMESPACE/POD/CONTAINER`, as the kubelet's paths name it. */
  readonly path: string;
  /** Undefined while the pod has no node. */
  readonly endpoint: KubeletEndpoint | undefined;
}

/** @throws StatusError NotFound if there is no such pod, BadRequest if the container is not one of its */
export async function podTarget({ nodes, pods }: NodeAccess, { info, query }: ApiRequest): Promise<PodTarget> {
  const pod = (await pods.get(info)).object as DeepReadonly<Pod>;
  const container = chooseContainer(pod, query.get('container') ?? '');
  const path = [info.namespace, info.name, container].map(encodeURIComponent).join('/');
  const { nodeName = '' } = pod.spec;
  if (nodeName === '') return { pod, container, path, endpoint: undefined };
  const node = (await nodes.get({ namespace: '', name: nodeName })).object as DeepReadonly<Node>;
  return { pod, container, path, endpoint: kubeletEndpointOf(node) };
}

/** The only container, or the named one. @throws StatusError BadRequest in upstream's words */
export function chooseContainer({ metadata, spec }: DeepReadonly<Pod>, wanted: string): string {
  const { containers, ephemeralContainers = [], initContainers = [] } = spec;
  if (wanted === '') {
    const [only, second] = containers;
    if (only !== undefined && second === undefined) return only.name;
    const names = (list: readonly { readonly name: string }[]): string => list.map(({ name }) => name).join(' ');
    const choice = `a container name must be specified for pod ${metadata.name}, choose one of: [${names(containers)}]`;
    throw StatusError.badRequest(
      initContainers.length === 0 ? choice : `${choice} or one of the init containers: [${names(initContainers)}]`,
    );
  }
  const isThere = [...containers, ...initContainers, ...ephemeralContainers].some(({ name }) => name === wanted);
  if (!isThere) throw StatusError.badRequest(`container ${wanted} is not valid for pod ${metadata.name}`);
  return wanted;
}
