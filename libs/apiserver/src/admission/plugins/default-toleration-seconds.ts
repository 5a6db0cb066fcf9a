import type { Pod, Toleration } from '@keelson/api';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { isAbout } from '../forbid';

/** Lets a pod stay on a node that went silent for five minutes, unless it says for how long itself. */
export class DefaultTolerationSeconds implements AdmissionPlugin {
  readonly name = 'DefaultTolerationSeconds';
  /** By the taint tolerated. */
  readonly #seconds: Readonly<Record<string, number>>;

  constructor(options: { readonly notReadySeconds: number; readonly unreachableSeconds: number }) {
    this.#seconds = {
      'node.kubernetes.io/not-ready': options.notReadySeconds,
      'node.kubernetes.io/unreachable': options.unreachableSeconds,
    };
  }

  admit(attributes: AdmissionAttributes): void {
    if (!isAbout(attributes, 'pods') || (attributes.operation !== 'CREATE' && attributes.operation !== 'UPDATE')) return;
    const { spec } = attributes.object as Pod;
    for (const [key, tolerationSeconds] of Object.entries(this.#seconds)) {
      if ((spec.tolerations ?? []).some((toleration) => covers(toleration, key))) continue;
      spec.tolerations = [...(spec.tolerations ?? []), { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }];
    }
  }
}

function covers({ effect = '', key = '' }: Toleration, taint: string): boolean {
  return (key === taint || key === '') && (effect === 'NoExecute' || effect === '');
}
