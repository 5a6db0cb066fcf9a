import { pods, type DeepReadonly, type Pod, type PodTemplateSpec } from '@keelson/api';
import { StatusError, type Draft, type KubernetesObject, type OwnerReference } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { EventRecorder } from '@keelson/controller-runtime';

export interface PodControlDeps {
  readonly client: ApiClient;
  readonly recorder: EventRecorder;
}

/** Creates and deletes the pods of a controller, with the events on its object that `kubectl describe` shows. */
export class PodControl {
  readonly #deps: PodControlDeps;

  constructor(deps: PodControlDeps) {
    this.#deps = deps;
  }

  /** @throws StatusError */
  async create(owner: DeepReadonly<KubernetesObject>, pod: Draft<Pod>, signal: AbortSignal): Promise<Pod> {
    const { client, recorder } = this.#deps;
    try {
      const created = await client.resource(pods).create(pod, { signal });
      recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
      return created;
    } catch (error) {
      if (!StatusError.hasCause(error, 'NamespaceTerminating'))
        recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  /** Deletes `pod`; one that is gone already is no failure to tell anyone of. @throws StatusError, NotFound included */
  async delete(owner: DeepReadonly<KubernetesObject>, pod: DeepReadonly<Pod>, signal: AbortSignal): Promise<void> {
    const { client, recorder } = this.#deps;
    try {
      await client.resource(pods).delete(pod.metadata, { signal });
      recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) recorder.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }
}

/** The pod that `template` makes, named by the server after its owner. */
export function podFromTemplate(
  template: DeepReadonly<PodTemplateSpec>,
  owner: DeepReadonly<KubernetesObject>,
  controller: OwnerReference,
): Draft<Pod> {
  const { labels, annotations, finalizers } = structuredClone(template.metadata ?? {}) as Partial<Pod['metadata']>;
  const { namespace, name } = owner.metadata;
  return {
    metadata: {
      ...(namespace === undefined ? {} : { namespace }),
      generateName: `${name}-`,
      labels: labels ?? {},
      annotations: annotations ?? {},
      finalizers: finalizers ?? [],
      ownerReferences: [controller],
    },
    spec: structuredClone(template.spec) as Pod['spec'],
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
