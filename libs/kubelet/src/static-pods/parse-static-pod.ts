import { createHash } from 'node:crypto';
import type { Pod } from '@keelson/api';
import { parse } from 'yaml';
import { CONFIG_HASH_ANNOTATION, CONFIG_SOURCE_ANNOTATION } from '../pod/pod-names';
import type { ReadonlyPod } from '../pod/types';

/** A static pod stays on its node whatever befalls the node. */
const TOLERATES_ANYTHING = { operator: 'Exists', effect: 'NoExecute' };

/**
 * A static pod as the kubelet knows it, from a manifest in YAML or JSON: named after its node, with a uid that is a hash of what the
 * manifest says, so that a changed manifest is another pod (upstream: pkg/kubelet/config/common.go).
 * @throws Error saying what is wrong with the manifest
 */
export function parseStaticPod(text: string, { nodeName, path }: { readonly nodeName: string; readonly path: string }): ReadonlyPod {
  const manifest = parse(text) as Partial<Pod> | null;
  if (manifest?.apiVersion !== 'v1' || manifest.kind !== 'Pod')
    throw new Error(`not a v1 Pod: ${manifest?.apiVersion ?? '?'} ${manifest?.kind ?? '?'}`);
  const { metadata, spec } = manifest;
  if (metadata?.name === undefined || metadata.name === '') throw new Error('metadata.name: Required value');
  if (!Array.isArray(spec?.containers) || spec.containers.length === 0) throw new Error('spec.containers: Required value');
  const unnamed = [...spec.containers, ...(spec.initContainers ?? [])].find(
    ({ name, image }) => typeof name !== 'string' || typeof image !== 'string',
  );
  if (unnamed !== undefined) throw new Error('every container needs a name and an image');
  const hash = createHash('md5').update(JSON.stringify(manifest)).update(`host:${nodeName}`).update(`file:${path}`).digest('hex');
  const annotations = { ...metadata.annotations, [CONFIG_HASH_ANNOTATION]: hash, [CONFIG_SOURCE_ANNOTATION]: 'file' };
  const name = `${metadata.name}-${nodeName.toLowerCase()}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name, namespace: metadata.namespace ?? 'default', uid: hash, annotations },
    spec: { ...spec, nodeName, tolerations: [...(spec.tolerations ?? []), TOLERATES_ANYTHING] },
    status: { phase: 'Pending' },
  };
}
