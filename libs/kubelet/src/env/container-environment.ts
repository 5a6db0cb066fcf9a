import { StatusError } from '@keelson/apimachinery';
import type { DeepReadonly, EnvFromSource, EnvVarSource, Service } from '@keelson/api';
import type { ObjectSource } from '../objects/object-source';
import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';
import { StartProblem } from '../pod-worker/start-problem';
import { containerResource, podField, type PodFacts } from './downward-api';
import { expandVariables } from './expand-variables';
import { serviceVariables, visibleServices } from './service-variables';

export interface EnvironmentSources {
  readonly objects: ObjectSource;
  /** All namespaces' Services. */
  readonly services: () => readonly DeepReadonly<Service>[];
  readonly facts: PodFacts;
}

/**
 * A container's environment, in upstream's order of precedence: `env`, then `envFrom`, then the Services' variables.
 * @throws StartProblem CreateContainerConfigError if something referred to, and not optional, is missing
 */
export async function containerEnvironment(
  pod: ReadonlyPod,
  container: ReadonlyContainer,
  sources: EnvironmentSources,
): Promise<Map<string, string>> {
  const links = pod.spec.enableServiceLinks ?? true;
  const services = serviceVariables(visibleServices(sources.services(), { namespace: namespaceOf(pod), links }));
  const variables = new Map<string, string>();
  for (const source of container.envFrom ?? []) await addAllOf(variables, pod, source, sources.objects);
  for (const { name, value, valueFrom } of container.env ?? []) {
    const resolved =
      valueFrom === undefined
        ? expandVariables(value ?? '', (other) => variables.get(other) ?? services.get(other))
        : await referredValue(pod, container, valueFrom, sources);
    if (resolved !== undefined) variables.set(name, resolved);
  }
  for (const [name, value] of services) if (!variables.has(name)) variables.set(name, value);
  return variables;
}

async function addAllOf(
  variables: Map<string, string>,
  pod: ReadonlyPod,
  { prefix = '', configMapRef, secretRef }: DeepReadonly<EnvFromSource>,
  objects: ObjectSource,
): Promise<void> {
  const namespace = namespaceOf(pod);
  if (configMapRef !== undefined) {
    const map = await unlessOptional(configMapRef.optional, () => objects.configMap(namespace, configMapRef.name ?? ''));
    for (const [key, value] of Object.entries(map?.data ?? {})) variables.set(prefix + key, value);
  }
  if (secretRef !== undefined) {
    const secret = await unlessOptional(secretRef.optional, () => objects.secret(namespace, secretRef.name ?? ''));
    for (const [key, value] of Object.entries(secret?.data ?? {})) variables.set(prefix + key, decoded(value));
  }
}

async function referredValue(
  pod: ReadonlyPod,
  container: ReadonlyContainer,
  source: DeepReadonly<EnvVarSource>,
  { objects, facts }: EnvironmentSources,
): Promise<string | undefined> {
  const namespace = namespaceOf(pod);
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  if (fieldRef !== undefined) return asConfigProblem(() => podField(pod, fieldRef.fieldPath, facts));
  if (resourceFieldRef !== undefined) return asConfigProblem(() => containerResource(pod, container, resourceFieldRef, facts));
  if (configMapKeyRef !== undefined) {
    const { name = '', key, optional } = configMapKeyRef;
    const map = await unlessOptional(optional, () => objects.configMap(namespace, name));
    return presentKey(map?.data?.[key], { optional, missing: `couldn't find key ${key} in ConfigMap ${namespace}/${name}` });
  }
  if (secretKeyRef !== undefined) {
    const { name = '', key, optional } = secretKeyRef;
    const secret = await unlessOptional(optional, () => objects.secret(namespace, name));
    const value = secret?.data?.[key];
    const missing = `couldn't find key ${key} in Secret ${namespace}/${name}`;
    return presentKey(value === undefined ? undefined : decoded(value), { optional, missing });
  }
  throw configProblem('fileKeyRef is not supported by this node');
}

function presentKey(
  value: string | undefined,
  about: { readonly optional: boolean | undefined; readonly missing: string },
): string | undefined {
  if (value === undefined && about.optional !== true) throw configProblem(about.missing);
  return value;
}

async function unlessOptional<T>(optional: boolean | undefined, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (optional === true && StatusError.is(error, 'NotFound')) return undefined;
    throw configProblem(error instanceof Error ? error.message : String(error), error);
  }
}

function asConfigProblem(read: () => string): string {
  try {
    return read();
  } catch (error) {
    throw configProblem(error instanceof Error ? error.message : String(error), error);
  }
}

const configProblem = (message: string, cause?: unknown): StartProblem =>
  new StartProblem('CreateContainerConfigError', message, { cause });

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
