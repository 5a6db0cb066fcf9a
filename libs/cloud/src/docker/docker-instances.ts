import type { DeepReadonly, Node } from '@keelson/api';
import type { InstanceMetadata, Instances } from '../instances';

const PREFIX = 'docker://';

/**
 * The nodes whose pods are containers of this machine's Docker. The machine itself can be neither missing nor switched off while this runs on it,
 * so a node is there as long as its configuration names it; and where it names none, whoever registers is.
 */
export class DockerInstances implements Instances {
  readonly #names: ReadonlySet<string> | undefined;

  constructor(names: ReadonlySet<string> | undefined) {
    this.#names = names;
  }

  exists(node: DeepReadonly<Node>): boolean {
    const name = nameOf(node);
    return this.#names?.has(name) ?? true;
  }

  isShutdown(node: DeepReadonly<Node>): boolean {
    nameOf(node);
    return false;
  }

  metadata(node: DeepReadonly<Node>): InstanceMetadata {
    const name = nameOf(node);
    if (this.#names?.has(name) === false) throw new Error(`instance not found: the docker cloud has no node ${JSON.stringify(name)}`);
    // The kubelet knows its addresses best: it shares the machine's network.
    return { providerID: `${PREFIX}${name}`, instanceType: 'docker', zone: 'local', region: 'local', nodeAddresses: [] };
  }
}

/** @throws Error for a node of another cloud: nothing can be said about it, so nothing may be done to it */
function nameOf({ metadata, spec }: DeepReadonly<Node>): string {
  const { providerID = '' } = spec;
  if (providerID !== '' && providerID !== `${PREFIX}${metadata.name}`)
    throw new Error(`node ${metadata.name} is not of the docker cloud: its providerID is ${JSON.stringify(providerID)}`);
  return metadata.name;
}
