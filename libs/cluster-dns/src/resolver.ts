import type { Logger } from '@keelson/component-base';
import type { Forwarder } from './forward/forwarder';
import { records } from './forward/response-ttl';
import { UpstreamError } from './forward/upstream';
import { MessageError } from './message/message-error';
import { MessageReader, type RawRecord } from './message/message-reader';
import { parseQuery, type Query } from './message/parse-query';
import { CLASS_IN, FLAG, HEADER_BYTES, RCODE, TYPE, type Name, type Rcode, type ResourceRecord } from './message/protocol';
import { errorResponse, isTruncated, rcodeOf, writeResponse, type Answer, type Protocol } from './message/write-response';
import type { ClusterZone } from './zone/cluster-zone';

export interface ResolverOptions {
  readonly zone: ClusterZone;
  readonly forwarder: Forwarder;
  readonly log: Logger;
}

export interface Resolution {
  readonly response: Buffer;
  readonly source: 'cluster' | 'forward';
}

/** How many names a chain of aliases may have. */
const MAX_ALIASES = 8;

/** Answers queries: the cluster's names itself, all others by asking other servers. */
export class Resolver {
  readonly #options: ResolverOptions;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /** Never rejects: what can't be found out is answered with SERVFAIL. */
  async resolve(query: Query, protocol: Protocol): Promise<Resolution> {
    try {
      const answer = await this.#own(query, protocol);
      if (answer !== undefined) return { response: writeResponse(query, answer, protocol), source: 'cluster' };
      return { response: await this.#options.forwarder.forward(query, protocol), source: 'forward' };
    } catch (error) {
      if (error instanceof UpstreamError || error instanceof MessageError)
        this.#options.log.v(2, 'A question could not be answered', { name: query.name.join('.'), error });
      else this.#options.log.error('A question could not be answered', { name: query.name.join('.'), error });
      return { response: errorResponse(query, RCODE.SERVFAIL), source: 'forward' };
    }
  }

  /** @returns undefined if the name is none of the cluster's */
  async #own(query: Query, protocol: Protocol): Promise<Answer | undefined> {
    const aliases: ResourceRecord[] = [];
    let name = query.name;
    while (aliases.length < MAX_ALIASES) {
      const answer = this.#options.zone.answer({ name, type: query.type, class: query.class });
      if (answer === undefined) return aliases.length === 0 ? undefined : this.#foreign(name, aliases, { query, protocol });
      if (answer.type === 'nodata' || answer.type === 'nxdomain')
        return {
          rcode: answer.type === 'nodata' ? RCODE.NOERROR : RCODE.NXDOMAIN,
          authoritative: true,
          answers: aliases,
          authorities: [answer.soa],
        };
      if (answer.type === 'records')
        return { rcode: RCODE.NOERROR, authoritative: true, answers: [...aliases, ...answer.answers], additionals: answer.additionals };
      aliases.push(answer.record);
      name = answer.target;
    }
    return { rcode: RCODE.SERVFAIL, authoritative: true, answers: [] };
  }

  /** What other servers say of the name that an alias in the cluster stands for. */
  async #foreign(
    name: Name,
    aliases: readonly ResourceRecord[],
    { query, protocol }: { readonly query: Query; readonly protocol: Protocol },
  ): Promise<Answer> {
    const asked = questionFor(name, query);
    const first = await this.#options.forwarder.forward(asked, protocol);
    const response = isTruncated(first) ? await this.#options.forwarder.forward(asked, 'tcp') : first;
    const rcode: Rcode =
      rcodeOf(response) === RCODE.NXDOMAIN ? RCODE.NXDOMAIN : rcodeOf(response) === RCODE.NOERROR ? RCODE.NOERROR : RCODE.SERVFAIL;
    const found = records(response).answers.flatMap((record) => resourceRecord(response, record) ?? []);
    return { rcode, authoritative: true, answers: [...aliases, ...found] };
  }
}

/** A query for `name` of the type of `query`. */
function questionFor(name: Name, query: Query): Query {
  const question = name.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(FLAG.RECURSION_DESIRED, 2);
  header.writeUInt16BE(1, 4);
  const message = Buffer.concat([header, ...question, Buffer.from([0, query.type >> 8, query.type & 0xff, 0, CLASS_IN])]);
  const parsed = parseQuery(message);
  if (parsed.type !== 'query') throw new MessageError(`${name.join('.')} is no domain name`);
  return parsed.query;
}

/** The record that bytes of `message` are; undefined for types that no alias leads to. */
function resourceRecord(message: Buffer, { name, type, ttl, start, end }: RawRecord): ResourceRecord | undefined {
  if (type === TYPE.A || type === TYPE.AAAA)
    return { name, ttl, type: type === TYPE.A ? 'A' : 'AAAA', address: message.subarray(start, end) };
  return type === TYPE.CNAME ? { name, ttl, type: 'CNAME', target: new MessageReader(message, start).name() } : undefined;
}
