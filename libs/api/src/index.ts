export * from './generated';
export type { DeepReadonly, Draft, KubernetesObject, ObjectMeta, OwnerReference } from '@keelson/apimachinery';
