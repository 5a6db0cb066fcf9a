import { StatusError, type DeepReadonly } from '@keelson/apimachinery';
import type { Node, Pod } from '@keelson/api';
import type { ApiRequest } from '../http/api-request';
import type { ObjectRegistry } from '../registry/object-registry';
import type { KubeletClient, KubeletEndpoint } from './kubelet-client';

export interface NodeAccess {
  readonly kubelets: KubeletClient;
  readonly pods: ObjectRegistry;
  readonly nodes: ObjectRegistry;
}

/** A pod, and the kubelet that runs it. */
export interface PodTarget {
  readonly pod: DeepReadonly<Pod>;
  /** `NAMESPACE/POD`, as the kubelet's paths name it. */
  readonly path: string;
  /** Undefined while the pod has no node. */
  readonly kubelet: TargetKubelet | undefined;
}

export interface TargetKubelet {
  readonly endpoint: KubeletEndpoint;
  /** Whether it takes clients' newest WebSocket protocols itself; to others they are translated. */
  readonly takesWebSockets: boolean;
}

/** What a node declares whose kubelet takes them (KEP-4006). */
const WEBSOCKET_FEATURE = 'ExtendWebSocketsToKubelet';

/** @throws StatusError NotFound if there is no such pod */
export async function podTarget({ kubelets, nodes, pods }: NodeAccess, { info }: ApiRequest): Promise<PodTarget> {
  const pod = (await pods.get(info)).object as DeepReadonly<Pod>;
  const path = [info.namespace, info.name].map(encodeURIComponent).join('/');
  const { nodeName = '' } = pod.spec;
  if (nodeName === '') return { pod, path, kubelet: undefined };
  const node = (await nodes.get({ namespace: '', name: nodeName })).object as DeepReadonly<Node>;
  const takesWebSockets = node.status?.declaredFeatures?.includes(WEBSOCKET_FEATURE) ?? false;
  return { pod, path, kubelet: { endpoint: kubelets.endpointOf(node), takesWebSockets } };
}

/**
 * As {@link podTarget}, with the container in the path: the only one, or the one that the query names.
 * @throws StatusError NotFound if there is no such pod, BadRequest if the container is not one of its
 */
export async function containerTarget(access: NodeAccess, request: ApiRequest): Promise<PodTarget> {
  const target = await podTarget(access, request);
  const container = chooseContainer(target.pod, request.query.get('container') ?? '');
  return { ...target, path: `${target.path}/${encodeURIComponent(container)}` };
}

/** @throws StatusError BadRequest, in upstream's words, while the pod has no node */
export function kubeletOf({ kubelet, pod }: PodTarget): TargetKubelet {
  if (kubelet === undefined) throw StatusError.badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  return kubelet;
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
