import { conditionIsTrue, type DeepReadonly } from '@keelson/apimachinery';
import type { Node } from '../../../generated/core/v1';

/** Whether the kubelet says that it can run pods. */
export function isNodeReady({ status }: DeepReadonly<Pick<Node, 'status'>>): boolean {
  return conditionIsTrue(status?.conditions, 'Ready');
}

/** The first address of a type, such as `InternalIP`. */
export function nodeAddress({ status }: DeepReadonly<Pick<Node, 'status'>>, type: string): string | undefined {
  return status?.addresses?.find((address) => address.type === type)?.address;
}
