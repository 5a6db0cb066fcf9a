import { FakeClock, formatTime } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import type { ObjectRegistry } from '../registry/object-registry';
import { AddressUnavailable, MANAGED_BY, type AddressOwner } from './cluster-ip-allocator';
import { ServiceRepair } from './service-repair';

interface Held {
  readonly address: string;
  readonly owner: string;
  readonly ageSeconds: number;
  readonly managedBy?: string;
}

/** A cluster's state, and what repairing it gives back and takes. */
function world(state: { readonly services?: object[]; readonly held?: Held[]; readonly ports?: number[]; readonly refuse?: boolean }) {
  const clock = new FakeClock();
  const ports = new Set(state.ports);
  const actions: string[] = [];
  const text = ({ namespace, name }: AddressOwner) => `${namespace}/${name}`;
  const addresses = (state.held ?? []).map(({ address, ageSeconds, managedBy = MANAGED_BY, owner }) => ({
    metadata: {
      name: address,
      creationTimestamp: formatTime(clock.now() - ageSeconds * 1000),
      labels: { 'ipaddress.kubernetes.io/managed-by': managedBy },
    },
    spec: { parentRef: { resource: 'services', namespace: 'default', name: owner } },
  }));
  const registryOf = (objects: readonly object[], known: readonly string[]) =>
    ({
      cache: {
        objects: {
          inOrder: () => objects.map((object) => ({ parse: () => object })),
          get: (_: string, name: string) => (known.includes(name) ? {} : undefined),
        },
      },
    }) as unknown as ObjectRegistry;
  const repair = new ServiceRepair({
    services: registryOf(state.services ?? [], []),
    addresses: registryOf(
      addresses,
      addresses.map(({ metadata }) => metadata.name),
    ),
    clusterIps: {
      release: (address, owner) => Promise.resolve(void actions.push(`release ${address} of ${text(owner)}`)),
      take(address, owner) {
        if (state.refuse === true) return Promise.reject(new AddressUnavailable('provided IP is already allocated'));
        return Promise.resolve(void actions.push(`take ${address} for ${text(owner)}`));
      },
    },
    nodePorts: {
      taken: () => Promise.resolve([...ports]),
      release(released) {
        for (const port of released) ports.delete(port);
        return Promise.resolve(void actions.push(`release ${released.join(',')}`));
      },
      take(wanted) {
        for (const port of wanted) ports.add(port);
        return Promise.resolve();
      },
    },
    clock,
    log: silentLogger,
  });
  return { actions, clock, ports, repair };
}

const service = (name: string, clusterIP: string, nodePort?: number) => ({
  metadata: { namespace: 'default', name },
  spec: { type: 'ClusterIP', clusterIP, ports: [{ port: 80, ...(nodePort === undefined ? {} : { nodePort }) }] },
});

describe('ServiceRepair', () => {
  it('gives back the address of a Service that is not there, or has another, once it had time to come', async () => {
    const { actions, repair } = world({
      services: [service('moved', '10.96.0.9'), service('kept', '10.96.0.5')],
      held: [
        { address: '10.96.0.5', owner: 'kept', ageSeconds: 600 },
        { address: '10.96.0.6', owner: 'gone', ageSeconds: 61 },
        { address: '10.96.0.7', owner: 'on-its-way', ageSeconds: 59 },
        { address: '10.96.0.8', owner: 'moved', ageSeconds: 600 },
        { address: '10.96.0.9', owner: 'moved', ageSeconds: 600 },
        { address: '192.0.2.1', owner: 'gone', ageSeconds: 600, managedBy: 'someone else' },
      ],
    });
    await repair.repair();
    expect(actions).toEqual(['release 10.96.0.6 of default/gone', 'release 10.96.0.8 of default/moved']);
  });

  it('takes the address of a Service for which it is not taken, and leaves one alone whose address another has', async () => {
    const services = [service('old', '10.96.0.5'), service('headless', 'None')];
    const ours = world({ services });
    await ours.repair.repair();
    expect(ours.actions).toEqual(['take 10.96.0.5 for default/old']);
    await world({ services, refuse: true }).repair.repair();
  });

  it('gives a port back that no Service has had for three rounds, and only then', async () => {
    const { actions, ports, repair } = world({ services: [service('web', '10.96.0.5', 30001)], held: [], ports: [30001, 30002, 30003] });
    for (let round = 1; round <= 2; round += 1) await repair.repair();
    ports.delete(30003);
    expect(actions.filter((action) => action.startsWith('release'))).toEqual([]);
    await repair.repair();
    ports.add(30003);
    await repair.repair();
    expect(actions.filter((action) => action.startsWith('release'))).toEqual(['release 30002']);
  });

  it('takes the port of a Service for which it is not taken', async () => {
    const { ports, repair } = world({ services: [service('web', '10.96.0.5', 30001)] });
    await repair.repair();
    expect([...ports]).toEqual([30001]);
  });

  it('goes on round by round until it is closed', async () => {
    const { clock, ports, repair } = world({ ports: [30001] });
    repair.start();
    await clock.advance(180_000 * 3);
    expect([...ports]).toEqual([]);
    await repair.close();
    expect(clock.pending).toBe(0);
  });
});
