import type { Node } from '@keelson/api';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { isAbout } from '../forbid';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new node is tainted as not ready, so that nothing is put on it before it said that it is; node lifecycle takes the taint off. */
export class TaintNodesByCondition implements AdmissionPlugin {
  readonly name = 'TaintNodesByCondition';

  admit(attributes: AdmissionAttributes): void {
    if (!isAbout(attributes, 'nodes') || attributes.operation !== 'CREATE') return;
    const { spec } = attributes.object as Node;
    const taints = spec.taints ?? [];
    if (!taints.some(({ effect, key }) => key === NOT_READY.key && effect === NOT_READY.effect))
      spec.taints = [...taints, { ...NOT_READY }];
  }
}
