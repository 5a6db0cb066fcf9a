import type { DeepReadonly, Pod } from '@keelson/api';

/** The index of pods by the node they are bound to. Controllers share their informers, and so the index. */
export const NODE_NAME_INDEX = 'spec.nodeName';

export const podsByNode = ({ spec }: DeepReadonly<Pod>): readonly string[] =>
  spec.nodeName === undefined || spec.nodeName === '' ? [] : [spec.nodeName];
