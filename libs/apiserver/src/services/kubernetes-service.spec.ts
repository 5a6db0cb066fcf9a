import { FakeClock, FieldErrors, FieldPath, StatusError } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import type { Store } from '@keelson/storage';
import type { ObjectRegistry } from '../registry/object-registry';
import type { ClusterIpAllocator } from './cluster-ip-allocator';
import { KubernetesService } from './kubernetes-service';

/** A registry in which a create fails until `isFree`. */
function registry(isFree: () => boolean): { readonly created: number; readonly registry: ObjectRegistry } {
  const counter = { created: 0 };
  const create = (): Promise<void> => {
    if (isFree()) return Promise.resolve(void (counter.created += 1));
    const errors = new FieldErrors();
    errors.invalid(FieldPath.of('spec', 'clusterIPs'), ['10.96.0.1'], 'provided IP is already allocated');
    return Promise.reject(StatusError.invalid({ group: '', kind: 'Service' }, 'kubernetes', errors));
  };
  return {
    registry: { peek: () => undefined, create } as unknown as ObjectRegistry,
    get created() {
      return counter.created;
    },
  };
}

/** A store without leases that takes every write. */
const store = {
  get: () => Promise.resolve(undefined),
  put: () => Promise.resolve({ type: 'written' }),
  list: () => Promise.resolve({ records: [], revision: 1, remaining: 0 }),
} as unknown as Store;

describe('KubernetesService', () => {
  const begin = (isFree: () => boolean, release: () => Promise<void>) => {
    const clock = new FakeClock();
    const services = registry(isFree);
    const others = registry(() => true).registry;
    const clusterIps = { first: '10.96.0.1', family: 'IPv4', release } as unknown as ClusterIpAllocator;
    const service = new KubernetesService({
      store,
      clock,
      log: silentLogger,
      services: services.registry,
      endpoints: others,
      endpointSlices: others,
      address: '192.0.2.1',
      port: 6443,
      clusterIps,
    });
    return { clock, services, service };
  };

  it('waits for a server that is making the Service at the same moment, and takes nothing from it', async () => {
    let isFree = false;
    const release = jest.fn(() => Promise.resolve());
    const { clock, service, services } = begin(() => isFree, release);
    const started = service.start();
    await clock.advance(1_000);
    expect(services.created).toBe(0);
    isFree = true;
    await clock.advance(1_000);
    await started;
    expect(services.created).toBe(1);
    expect(release).not.toHaveBeenCalled();
    await service.close();
  });

  it('gives back the address that a server which died had reserved', async () => {
    let isFree = false;
    const { clock, service, services } = begin(
      () => isFree,
      () => Promise.resolve(void (isFree = true)),
    );
    const started = service.start();
    await clock.advance(6_000);
    await started;
    expect(services.created).toBe(1);
    await service.close();
  });
});
