import { objectKey, parseObjectKey, type ObjectKey } from '@keelson/apimachinery';
import { CLASS_IN, lowerCase, nameOf, TYPE, type Name, type RecordData, type ResourceRecord } from '../message/protocol';
import { addressOf, reverseKey, type Address } from './ip-address';
import type { RecordIndex } from './record-index';
import type { EndpointRecords, NamedPort, ServiceRecords } from './service-records';

/** The version of the Kubernetes DNS specification that this is. */
const SPECIFICATION_VERSION = '1.1.0';

/** Where the Service of every cluster's DNS is; its address is the name server's. */
const DNS_SERVICE: ObjectKey = objectKey({ namespace: 'kube-system', name: 'kube-dns' });

export interface Question {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
}

/** What the cluster says to a question. */
export type ZoneAnswer =
  | { readonly type: 'records'; readonly answers: readonly ResourceRecord[]; readonly additionals: readonly ResourceRecord[] }
  /** The name is another one's; what was asked for has to be asked of that. */
  | { readonly type: 'alias'; readonly record: ResourceRecord; readonly target: Name }
  /** The name exists, and has no records of the type asked for. */
  | { readonly type: 'nodata'; readonly soa: ResourceRecord }
  | { readonly type: 'nxdomain'; readonly soa: ResourceRecord };

export interface ClusterZoneOptions {
  readonly index: RecordIndex;
  /** The cluster's domain, such as `cluster.local`. */
  readonly domain: string;
  /** Seconds that answers may be kept. */
  readonly ttl: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The zone's serial number. */
  readonly serial: number;
}

/** A name's records of all types; undefined if there is no such name. */
type Records = readonly RecordData[] | undefined;

/** The names of the cluster: Kubernetes' DNS specification 1.1.0, and CoreDNS's pod names (`pods insecure`). */
export class ClusterZone {
  readonly #options: ClusterZoneOptions;
  readonly #domain: Name;

  constructor(options: ClusterZoneOptions) {
    this.#options = options;
    this.#domain = nameOf(lowerCase(options.domain));
  }

  /** @returns undefined if the name is none of the cluster's; other servers may know it */
  answer({ name, type, class: questionClass }: Question): ZoneAnswer | undefined {
    const lower = name.map(lowerCase);
    const relative = this.#relative(lower);
    if (relative === undefined) return this.#reverse(name, lower, type);
    const records = questionClass === CLASS_IN ? this.#find(relative) : undefined;
    if (records === undefined) return { type: 'nxdomain', soa: this.#soa() };
    return this.#select(name, records, type);
  }

  /** The addresses of this server, as the cluster knows it. */
  nameServers(): readonly Address[] {
    const service = this.#options.index.service(DNS_SERVICE);
    return service?.type === 'cluster-ip' ? service.addresses : [];
  }

  /** The labels before the domain; undefined if the name is not in it. */
  #relative(lower: Name): Name | undefined {
    const start = lower.length - this.#domain.length;
    return start >= 0 && this.#domain.every((label, position) => lower[start + position] === label) ? lower.slice(0, start) : undefined;
  }

  #select(name: Name, records: readonly RecordData[], type: number): ZoneAnswer {
    const [first] = records;
    if (first?.type === 'CNAME') {
      const record = { name, ttl: this.#options.ttl, ...first };
      const isAnswer = type === TYPE.CNAME || type === TYPE.ANY;
      return isAnswer ? { type: 'records', answers: [record], additionals: [] } : { type: 'alias', record, target: first.target };
    }
    const answers = records.filter((record) => type === TYPE.ANY || TYPE[record.type] === type);
    if (answers.length === 0) return { type: 'nodata', soa: this.#soa() };
    return { type: 'records', answers: answers.map((record) => this.#own(name, record)), additionals: this.#additionals(answers) };
  }

  /** The addresses of what SRV and NS records point to, which a client would ask for next. */
  #additionals(answers: readonly RecordData[]): ResourceRecord[] {
    const targets = answers.flatMap((record) => (record.type === 'SRV' || record.type === 'NS' ? [record.target] : []));
    const distinct = [...new Map(targets.map((target) => [target.join('.'), target])).values()];
    return distinct.flatMap((target) => {
      const records = this.#find(this.#relative(target) ?? []) ?? [];
      return records.filter(({ type }) => type === 'A' || type === 'AAAA').map((record) => this.#own(target, record));
    });
  }

  #find(relative: Name): Records {
    const top = relative.at(-1);
    if (top === undefined) return [this.#soaData(), { type: 'NS', target: this.#name('ns', 'dns') }];
    if (top === 'svc') return this.#inServices(relative.slice(0, -1));
    if (top === 'pod') return this.#inPods(relative.slice(0, -1));
    if (relative.length === 1 && top === 'dns-version') return [{ type: 'TXT', text: SPECIFICATION_VERSION }];
    if (top !== 'dns') return undefined;
    if (relative.length === 1) return [];
    return relative.length === 2 && relative[0] === 'ns' ? this.nameServers().map(addressRecord) : undefined;
  }

  #inServices(labels: Name): Records {
    const [namespace, name, ...below] = labels.toReversed();
    if (namespace === undefined) return [];
    if (name === undefined) return this.#options.index.hasNamespace(namespace) ? [] : undefined;
    const key = objectKey({ namespace, name });
    const service = this.#options.index.service(key);
    if (service === undefined || below.length > 2) return undefined;
    const [first, second] = below;
    if (first === undefined) return this.#ofService(key, service);
    if (second !== undefined) return this.#ofPort(key, service, { protocol: withoutUnderscore(first), name: withoutUnderscore(second) });
    if (service.type === 'external') return undefined;
    const endpoints = this.#options.index.endpoints(key, first);
    return endpoints.length === 0 ? undefined : [...endpoints.map(({ address }) => addressRecord(address)), ...this.#srv(key, endpoints)];
  }

  #ofService(key: ObjectKey, service: ServiceRecords): Records {
    if (service.type === 'external') return [{ type: 'CNAME', target: nameOf(service.target) }];
    if (service.type === 'cluster-ip')
      return [
        ...service.addresses.map(addressRecord),
        ...service.ports.map((port) => srvRecord(this.#serviceName(key), port, service.ports.length)),
      ];
    const endpoints = this.#options.index.endpoints(key);
    // Without a ready endpoint a headless Service has no name (the specification's 2.4.1).
    if (endpoints.length === 0) return undefined;
    return [...this.#shuffled(endpoints.map(({ address }) => addressRecord(address))), ...this.#srv(key, endpoints)];
  }

  #ofPort(
    key: ObjectKey,
    service: ServiceRecords,
    port: { readonly protocol: string | undefined; readonly name: string | undefined },
  ): Records {
    const matches = ({ name, protocol }: NamedPort): boolean => name !== '' && name === port.name && protocol === port.protocol;
    if (service.type === 'external') return undefined;
    if (service.type === 'headless') return present(this.#srv(key, this.#options.index.endpoints(key), matches));
    return present(service.ports.filter(matches).map((each) => srvRecord(this.#serviceName(key), each, 1)));
  }

  /** A record for each port of each endpoint. */
  #srv(key: ObjectKey, endpoints: readonly EndpointRecords[], matches: (port: NamedPort) => boolean = () => true): RecordData[] {
    const service = this.#serviceName(key);
    const found = endpoints.flatMap(({ label, ports }) => ports.filter(matches).map((port) => ({ target: [label, ...service], port })));
    const distinct = [...new Map(found.map((each) => [`${each.target[0] ?? ''}:${each.port.port}`, each])).values()];
    return this.#shuffled(distinct).map(({ target, port }) => srvRecord(target, port, distinct.length));
  }

  /** A pod's name is its address with dashes; whether there is such a pod is not checked. */
  #inPods(labels: Name): Records {
    const [namespace, pod, ...below] = labels.toReversed();
    if (namespace === undefined) return [];
    if (!this.#options.index.hasNamespace(namespace) || below.length > 0) return undefined;
    if (pod === undefined) return [];
    const address = addressOf(/^\d+-\d+-\d+-\d+$/.test(pod) ? pod.replaceAll('-', '.') : pod.replaceAll('-', ':'));
    return address === undefined ? undefined : [addressRecord(address)];
  }

  /** @returns undefined for addresses that are no Service's and no named endpoint's: whoever runs the network may know them */
  #reverse(name: Name, lower: Name, type: number): ZoneAnswer | undefined {
    const key = reverseKey(lower);
    if (key === undefined) return undefined;
    const { index } = this.#options;
    const services = index.servicesAt(key).map((service) => this.#serviceName(service));
    const endpoints = index.endpointsAt(key).map(({ service, label }) => [label, ...this.#serviceName(service)]);
    const targets = services.length > 0 ? services : endpoints;
    return targets.length === 0
      ? undefined
      : this.#select(
          name,
          targets.map((target) => ({ type: 'PTR', target })),
          type,
        );
  }

  #serviceName(key: ObjectKey): Name {
    const { namespace = '', name } = parseObjectKey(key);
    return this.#name(name, namespace, 'svc');
  }

  #name(...labels: readonly string[]): Name {
    return [...labels, ...this.#domain];
  }

  #own(name: Name, record: RecordData): ResourceRecord {
    return { name, ttl: this.#options.ttl, ...record };
  }

  #soa(): ResourceRecord {
    return this.#own(this.#domain, this.#soaData());
  }

  #soaData(): RecordData {
    const { serial, ttl } = this.#options;
    return { type: 'SOA', primary: this.#name('ns', 'dns'), mailbox: this.#name('hostmaster'), serial, minimum: ttl };
  }

  /** Clients tend to take the first, so each gets another (Fisher and Yates). */
  #shuffled<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.#options.random() * (last + 1));
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }
}

const addressRecord = ({ type, bytes }: Address): RecordData => ({ type, address: bytes });

/** CoreDNS's weights: equal parts of 100. */
const srvRecord = (target: Name, { port }: NamedPort, count: number): RecordData => ({
  type: 'SRV',
  priority: 0,
  weight: Math.max(1, Math.floor(100 / count)),
  port,
  target,
});

const withoutUnderscore = (label: string): string | undefined => (label.startsWith('_') ? label.slice(1) : undefined);

const present = (records: readonly RecordData[]): Records => (records.length === 0 ? undefined : records);
