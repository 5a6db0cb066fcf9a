import { Quantity, QuantityError } from '@keelson/apimachinery';
import type {
  Container,
  EnvVar,
  EphemeralContainer,
  HTTPGetAction,
  Lifecycle,
  PodSpec,
  Probe,
  ResourceRequirements,
} from '../../../generated/core/v1';
import { elementsOf } from '../../../presence';
import { defaultPullPolicy } from './image-tag';
import { defaultVolume } from './volume-defaults';

/** Fills in what every pod spec has, in a pod or in a template (pkg/apis/core/v1/defaults.go). Writes into `spec`; idempotent. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.restartPolicy ??= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ??= 'default-scheduler';
  defaultServiceAccount(spec);
  elementsOf(spec.volumes).forEach(defaultVolume);
  for (const container of [...elementsOf(spec.initContainers), ...elementsOf(spec.containers)]) defaultContainer(container);
  elementsOf(spec.ephemeralContainers).forEach(defaultContainer);
  defaultResources(spec.resources);
  if (spec.overhead !== undefined) spec.overhead = inWholeMillis(spec.overhead);
}

/** `serviceAccount` is the old name of `serviceAccountName`; both are shown, and either may be given. */
function defaultServiceAccount(spec: PodSpec): void {
  const name = spec.serviceAccountName === undefined || spec.serviceAccountName === '' ? spec.serviceAccount : spec.serviceAccountName;
  if (name === undefined || name === '') return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}

function defaultContainer(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ??= defaultPullPolicy(container.image ?? '');
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  container.resources ??= {};
  defaultResources(container.resources);
  for (const port of elementsOf(container.ports)) port.protocol ??= 'TCP';
  elementsOf(container.env).forEach(defaultEnv);
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) defaultProbe(probe);
  defaultLifecycle(container.lifecycle);
}

function defaultEnv({ valueFrom }: EnvVar): void {
  if (valueFrom?.fieldRef !== undefined) valueFrom.fieldRef.apiVersion ??= 'v1';
  if (valueFrom?.fileKeyRef !== undefined) valueFrom.fileKeyRef.optional ??= false;
}

function defaultProbe(probe: Probe | undefined): void {
  if (probe === undefined) return;
  // Zero stands for absent: these fields were not optional when the API was made.
  probe.timeoutSeconds = positiveOr(probe.timeoutSeconds, 1);
  probe.periodSeconds = positiveOr(probe.periodSeconds, 10);
  probe.successThreshold = positiveOr(probe.successThreshold, 1);
  probe.failureThreshold = positiveOr(probe.failureThreshold, 3);
  defaultHttpGet(probe.httpGet);
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
}

function defaultLifecycle(lifecycle: Lifecycle | undefined): void {
  defaultHttpGet(lifecycle?.postStart?.httpGet);
  defaultHttpGet(lifecycle?.preStop?.httpGet);
}

function defaultHttpGet(action: HTTPGetAction | undefined): void {
  if (action === undefined) return;
  action.path = action.path === undefined || action.path === '' ? '/' : action.path;
  action.scheme = action.scheme === undefined || action.scheme === '' ? 'HTTP' : action.scheme;
}

function defaultResources(resources: ResourceRequirements | undefined): void {
  if (resources?.limits !== undefined) resources.limits = inWholeMillis(resources.limits);
  if (resources?.requests !== undefined) resources.requests = inWholeMillis(resources.requests);
}

/** Rounds up to thousandths, and writes each quantity in its canonical form. */
export function inWholeMillis(resources: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(resources).map(([name, text]) => [name, roundedUp(text)]));
}

function roundedUp(text: string | number): string {
  try {
    const quantity = Quantity.parse(text);
    return (quantity.isWholeMilli ? quantity : Quantity.ofMilli(quantity.milliValue(), quantity.format)).toString();
  } catch (error) {
    // Validation names it; defaults refuse nothing.
    if (error instanceof QuantityError) return String(text);
    throw error;
  }
}

const positiveOr = (value: number | undefined, standard: number): number => (value === undefined || value === 0 ? standard : value);
