import { StatusError } from '@keelson/apimachinery';
import type { ConfigMap, DeepReadonly, DownwardAPIVolumeFile, KeyToPath, Secret, Volume, VolumeProjection } from '@keelson/api';
import { containerResource, podField, type PodFacts } from '../env/downward-api';
import type { ObjectSource } from '../objects/object-source';
import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyPod } from '../pod/types';
import type { VolumeFile } from './atomic-writer';
import { VolumeProblem } from './pod-volumes';
import type { ServiceAccountTokens } from './service-account-tokens';

const DEFAULT_MODE = 0o644;

export interface PayloadSources {
  readonly objects: ObjectSource;
  readonly tokens: ServiceAccountTokens;
  readonly facts: PodFacts;
}

/** What a volume's files are made from. */
export type PayloadVolume = Pick<DeepReadonly<Volume>, 'configMap' | 'secret' | 'downwardAPI' | 'projected'>;

/**
 * The files of a configMap, secret, downwardAPI or projected volume.
 * @throws VolumeProblem if something that is not optional is missing or can't be had
 */
export async function volumePayload(pod: ReadonlyPod, volume: PayloadVolume, sources: PayloadSources): Promise<Map<string, VolumeFile>> {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (projected === undefined) {
    const mode = configMap?.defaultMode ?? secret?.defaultMode ?? downwardAPI?.defaultMode ?? DEFAULT_MODE;
    const { secretName, ...rest } = secret ?? {};
    const projection = {
      ...(configMap === undefined ? {} : { configMap }),
      ...(secret === undefined ? {} : { secret: { ...rest, ...(secretName === undefined ? {} : { name: secretName }) } }),
      ...(downwardAPI === undefined ? {} : { downwardAPI }),
    };
    return new Map(await projectedFiles(pod, projection, mode, sources));
  }
  const payload = new Map<string, VolumeFile>();
  for (const source of projected.sources ?? [])
    for (const [path, file] of await projectedFiles(pod, source, projected.defaultMode ?? DEFAULT_MODE, sources)) payload.set(path, file);
  return payload;
}

async function projectedFiles(
  pod: ReadonlyPod,
  source: DeepReadonly<VolumeProjection>,
  mode: number,
  { objects, tokens, facts }: PayloadSources,
): Promise<[string, VolumeFile][]> {
  const namespace = namespaceOf(pod);
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap !== undefined) {
    const name = configMap.name ?? '';
    const map = await read(configMap.optional, () => objects.configMap(namespace, name));
    return chosen(configMapFiles(map), configMap, { what: `configmap references non-existent config key`, mode });
  }
  if (secret !== undefined) {
    const name = secret.name ?? '';
    const found = await read(secret.optional, () => objects.secret(namespace, name));
    return chosen(secretFiles(found), secret, { what: `references non-existent secret key`, mode });
  }
  if (downwardAPI !== undefined) return (downwardAPI.items ?? []).map((item) => downwardFile(pod, item, mode, facts));
  if (serviceAccountToken !== undefined) {
    const token = await read(false, () => tokens.token(pod, serviceAccountToken));
    return [[serviceAccountToken.path, { content: Buffer.from(token ?? ''), mode: tokenMode(pod, mode) }]];
  }
  throw new VolumeProblem('a projected volume has a source that this node does not support');
}

/** A token is for its pod alone where that can be told by user or group. */
function tokenMode({ spec }: ReadonlyPod, mode: number): number {
  return spec.securityContext?.fsGroup === undefined ? mode : 0o600;
}

function downwardFile(pod: ReadonlyPod, item: DeepReadonly<DownwardAPIVolumeFile>, mode: number, facts: PodFacts): [string, VolumeFile] {
  const { fieldRef, resourceFieldRef } = item;
  try {
    const text =
      fieldRef !== undefined
        ? podField(pod, fieldRef.fieldPath, facts)
        : containerResource(pod, undefined, resourceFieldRef ?? { resource: '' }, facts);
    return [item.path, { content: Buffer.from(text), mode: item.mode ?? mode }];
  } catch (error) {
    throw asProblem(error);
  }
}

type Files = ReadonlyMap<string, Uint8Array>;

function configMapFiles(map: DeepReadonly<ConfigMap> | undefined): Files {
  const text = Object.entries(map?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const);
  const binary = Object.entries(map?.binaryData ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const);
  return new Map([...text, ...binary]);
}

function secretFiles(secret: DeepReadonly<Secret> | undefined): Files {
  return new Map(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}

/** All keys, or with `items` those, each at its path. */
function chosen(
  files: Files,
  { items = [], optional }: { readonly items?: readonly DeepReadonly<KeyToPath>[]; readonly optional?: boolean },
  { what, mode }: { readonly what: string; readonly mode: number },
): [string, VolumeFile][] {
  if (items.length === 0) return [...files].map(([key, content]) => [key, { content, mode }]);
  return items.flatMap(({ key, path, mode: own }) => {
    const content = files.get(key);
    if (content === undefined && optional !== true) throw new VolumeProblem(`${what}: ${key}`);
    return content === undefined ? [] : [[path, { content, mode: own ?? mode }] as [string, VolumeFile]];
  });
}

async function read<T>(optional: boolean | undefined, get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if (optional === true && StatusError.is(error, 'NotFound')) return undefined;
    throw asProblem(error);
  }
}

const asProblem = (cause: unknown): VolumeProblem => new VolumeProblem(cause instanceof Error ? cause.message : String(cause), { cause });
