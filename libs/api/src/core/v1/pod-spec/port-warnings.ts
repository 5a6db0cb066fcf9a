import type { DeepReadonly, FieldPath } from '@keelson/apimachinery';
import type { Container, ContainerPort } from '../../../generated/core/v1';
import { listOf } from '../../../presence';

interface PlacedPort {
  readonly port: DeepReadonly<ContainerPort>;
  readonly at: string;
}

/** What is doubtful about the ports of a pod's containers, which all share one address. */
export function portWarnings(
  containers: readonly { readonly container: DeepReadonly<Container>; readonly at: FieldPath }[],
): readonly string[] {
  const ports = containers.flatMap(({ at, container }) =>
    listOf(container.ports).map((port, position): PlacedPort => ({ port, at: at.child('ports').index(position).toString() })),
  );
  const overlaps = ports.flatMap((placed, position) => ports.slice(0, position).flatMap((other) => overlapWarning(placed, other)));
  return [...overlaps, ...nameWarnings(ports)];
}

function overlapWarning({ at, port }: PlacedPort, { at: place, port: other }: PlacedPort): readonly string[] {
  if (port.containerPort !== other.containerPort || port.protocol !== other.protocol) return [];
  const [hostPort, otherHostPort] = [port.hostPort ?? 0, other.hostPort ?? 0];
  const [hostIP, otherHostIP] = [port.hostIP ?? '', other.hostIP ?? ''];
  if (hostIP === otherHostIP && hostPort === otherHostPort) return [`${at}: duplicate port definition with ${place}`];
  if (hostPort === 0 || otherHostPort === 0) return [`${at}: overlapping port definition with ${place}`];
  const isAmbiguous = hostPort === otherHostPort && (hostIP === '') !== (otherHostIP === '');
  return isAmbiguous ? [`${at}: dangerously ambiguous port definition with ${place}`] : [];
}

function nameWarnings(ports: readonly PlacedPort[]): readonly string[] {
  const places = new Map<string, string>();
  return ports.flatMap(({ at, port: { name = '' } }) => {
    const other = places.get(name);
    if (name !== '' && other === undefined) places.set(name, at);
    if (other === undefined) return [];
    return [
      `${at}: duplicate port name ${JSON.stringify(name)} with ${other}, services and probes that select ports by name will use ${other}`,
    ];
  });
}
