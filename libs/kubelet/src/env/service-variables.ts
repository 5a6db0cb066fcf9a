import type { DeepReadonly, Service } from '@keelson/api';

type Variables = Map<string, string>;

/**
 * The variables that tell a container of the Services it may use: `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT` and Docker's link variables.
 * @param services those with a cluster IP; a later one wins over an earlier of the same name
 */
export function serviceVariables(services: readonly DeepReadonly<Service>[]): Variables {
  const variables: Variables = new Map();
  for (const service of services) addService(variables, service);
  return variables;
}

/** The Services a pod of `namespace` sees: its own namespace's if it wants links, and the apiserver's own in any case. */
export function visibleServices(
  services: readonly DeepReadonly<Service>[],
  { namespace, links }: { readonly namespace: string; readonly links: boolean },
): DeepReadonly<Service>[] {
  const visible = new Map<string, DeepReadonly<Service>>();
  for (const service of services.filter(hasClusterIP)) {
    const { name, namespace: at } = service.metadata;
    if (at === namespace && links) visible.set(name, service);
    else if (at === 'default' && name === 'kubernetes' && !visible.has(name)) visible.set(name, service);
  }
  return [...visible.values()];
}

function hasClusterIP({ spec }: DeepReadonly<Service>): boolean {
  return spec.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None' && spec.type !== 'ExternalName';
}

function addService(variables: Variables, { metadata, spec }: DeepReadonly<Service>): void {
  const name = variableName(metadata.name);
  const host = spec.clusterIP ?? '';
  const [first] = spec.ports ?? [];
  if (first === undefined) return;
  variables.set(`${name}_SERVICE_HOST`, host);
  variables.set(`${name}_SERVICE_PORT`, String(first.port));
  for (const { name: portName, port } of spec.ports ?? [])
    if (portName !== undefined && portName !== '') variables.set(`${name}_SERVICE_PORT_${variableName(portName)}`, String(port));
  variables.set(`${name}_PORT`, linkURL(host, first));
  for (const port of spec.ports ?? []) {
    const protocol = port.protocol ?? 'TCP';
    const prefix = `${name}_PORT_${port.port}_${protocol.toUpperCase()}`;
    variables.set(prefix, linkURL(host, port));
    variables.set(`${prefix}_PROTO`, protocol.toLowerCase());
    variables.set(`${prefix}_PORT`, String(port.port));
    variables.set(`${prefix}_ADDR`, host);
  }
}

function linkURL(host: string, { protocol = 'TCP', port }: { readonly protocol?: string; readonly port: number }): string {
  return `${protocol.toLowerCase()}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const variableName = (name: string): string => name.toUpperCase().replaceAll('-', '_');
