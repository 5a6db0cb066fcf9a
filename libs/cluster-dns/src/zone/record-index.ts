import type { EndpointSlice, Namespace, Service } from '@keelson/api';
import { objectKey, type DeepReadonly, type ObjectKey } from '@keelson/apimachinery';
import type { CacheEvent } from '@keelson/controller-runtime';
import { serviceRecords, sliceRecords, type EndpointRecords, type ServiceRecords, type SliceRecords } from './service-records';

/**
 * What the zone's names are answered from. Kept by change: each costs what it changes, and a query costs what it is answered.
 * Invariant: `#byAddress` and `#byEndpointAddress` hold exactly what `#services` and `#slices` do, by address.
 */
export class RecordIndex {
  readonly #namespaces = new Set<string>();
  readonly #services = new Map<ObjectKey, ServiceRecords>();
  /** By Service, then by slice; a slice may come before its Service. */
  readonly #slices = new Map<ObjectKey, Map<ObjectKey, SliceRecords>>();
  /** Which Service a slice was last filed under. */
  readonly #serviceOfSlice = new Map<ObjectKey, ObjectKey>();
  /** Services by cluster IP. */
  readonly #byAddress = new Map<string, Set<ObjectKey>>();
  /** Slices by the address of an endpoint that has a name. */
  readonly #byEndpointAddress = new Map<string, Set<ObjectKey>>();

  namespaceChanged(event: CacheEvent<Namespace>): void {
    const { name } = event.object.metadata;
    if (event.type === 'delete') this.#namespaces.delete(name);
    else this.#namespaces.add(name);
  }

  serviceChanged({ type, object }: CacheEvent<Service>): void {
    const key = objectKey(object.metadata);
    for (const address of clusterAddresses(this.#services.get(key))) unfile(this.#byAddress, address, key);
    this.#services.delete(key);
    const records = type === 'delete' ? undefined : serviceRecords(object);
    if (records === undefined) return;
    this.#services.set(key, records);
    for (const address of clusterAddresses(records)) file(this.#byAddress, address, key);
  }

  sliceChanged({ type, object }: CacheEvent<EndpointSlice>): void {
    const key = objectKey(object.metadata);
    this.#dropSlice(key);
    const records = type === 'delete' ? undefined : sliceRecords(object);
    if (records !== undefined) this.#addSlice(key, records);
  }

  hasNamespace(name: string): boolean {
    return this.#namespaces.has(name);
  }

  service(key: ObjectKey): ServiceRecords | undefined {
    return this.#services.get(key);
  }

  /** The ready endpoints of a Service; those with `label` only, if it is given. An address that is in two slices for a moment comes once. */
  endpoints(service: ObjectKey, label?: string): readonly EndpointRecords[] {
    const slices = [...(this.#slices.get(service)?.values() ?? [])];
    const all = slices.flatMap(({ endpoints, byLabel }) => (label === undefined ? endpoints : (byLabel.get(label) ?? [])));
    return slices.length < 2 ? all : [...new Map(all.map((endpoint) => [endpoint.address.key, endpoint])).values()];
  }

  /** The Services that have this cluster IP; by their keys. */
  servicesAt(addressKey: string): readonly ObjectKey[] {
    return [...(this.#byAddress.get(addressKey) ?? [])];
  }

  /** The endpoints with a name that have this address. */
  endpointsAt(addressKey: string): readonly { readonly service: ObjectKey; readonly label: string }[] {
    return [...(this.#byEndpointAddress.get(addressKey) ?? [])].flatMap((key) => {
      const service = this.#serviceOfSlice.get(key);
      const slice = service === undefined ? undefined : this.#slices.get(service)?.get(key);
      if (slice === undefined) return [];
      const here = slice.endpoints.filter(({ address, isNamed }) => isNamed && address.key === addressKey);
      return here.map(({ label }) => ({ service: slice.service, label }));
    });
  }

  #addSlice(key: ObjectKey, records: SliceRecords): void {
    const slices = this.#slices.get(records.service) ?? new Map<ObjectKey, SliceRecords>();
    this.#slices.set(records.service, slices.set(key, records));
    this.#serviceOfSlice.set(key, records.service);
    for (const address of namedAddresses(records)) file(this.#byEndpointAddress, address, key);
  }

  #dropSlice(key: ObjectKey): void {
    const service = this.#serviceOfSlice.get(key);
    const slices = service === undefined ? undefined : this.#slices.get(service);
    const records = slices?.get(key);
    if (service === undefined || slices === undefined || records === undefined) return;
    for (const address of namedAddresses(records)) unfile(this.#byEndpointAddress, address, key);
    this.#serviceOfSlice.delete(key);
    slices.delete(key);
    if (slices.size === 0) this.#slices.delete(service);
  }
}

const clusterAddresses = (records: ServiceRecords | undefined): readonly string[] =>
  records?.type === 'cluster-ip' ? records.addresses.map(({ key }) => key) : [];

const namedAddresses = ({ endpoints }: DeepReadonly<SliceRecords>): readonly string[] =>
  endpoints.filter(({ isNamed }) => isNamed).map(({ address }) => address.key);

function file(index: Map<string, Set<ObjectKey>>, value: string, key: ObjectKey): void {
  index.set(value, (index.get(value) ?? new Set()).add(key));
}

function unfile(index: Map<string, Set<ObjectKey>>, value: string, key: ObjectKey): void {
  const keys = index.get(value);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(value);
}
