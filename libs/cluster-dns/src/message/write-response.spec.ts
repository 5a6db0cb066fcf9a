import { query } from '../testing/cluster';
import { records } from '../forward/response-ttl';
import { nameOf, type ResourceRecord } from './protocol';
import { isTruncated, writeResponse } from './write-response';

const name = nameOf('web.default.svc.cluster.local');
const addresses = (count: number): ResourceRecord[] =>
  Array.from({ length: count }, (_, index) => ({ name, ttl: 30, type: 'A', address: Buffer.from([10, 0, index >> 8, index & 0xff]) }));
const answer = (answers: readonly ResourceRecord[]) => ({ rcode: 0, authoritative: true, answers }) as const;

describe('writeResponse', () => {
  it('gives the question back letter by letter', () => {
    const asked = query('WeB.default.svc.cluster.local');
    const response = writeResponse(asked, answer(addresses(1)), 'udp');
    expect(response.subarray(12, asked.questionEnd)).toEqual(asked.message.subarray(12, asked.questionEnd));
  });

  it('writes a name once, and points to it from then on', () => {
    const asked = query('web.default.svc.cluster.local');
    const response = writeResponse(asked, answer(addresses(20)), 'udp');
    expect(response).toHaveLength(asked.questionEnd + 20 * 16);
    expect(records(response).answers.map((record) => record.name)).toEqual(Array(20).fill(name));
  });

  it('leaves out what does not fit, and says so', () => {
    const asked = query('web.default.svc.cluster.local');
    const response = writeResponse(asked, answer(addresses(100)), 'udp');
    expect(isTruncated(response)).toBe(true);
    expect(response.length).toBeLessThanOrEqual(512);
    expect(records(response).answers.length).toBe(Math.floor((512 - asked.questionEnd) / 16));
  });

  it('makes use of the room that the client offers, and of no more than travels in one packet', () => {
    const limit = (udpBytes: number) =>
      writeResponse(query('web.default.svc.cluster.local', 'A', { udpBytes }), answer(addresses(500)), 'udp').length;
    expect(limit(100)).toBeGreaterThan(490);
    expect(limit(1000)).toBeGreaterThan(980);
    expect(limit(65_535)).toBeLessThanOrEqual(1232);
  });

  it('is whole over TCP, its names readable although they lie beyond what a pointer reaches', () => {
    const many: ResourceRecord[] = Array.from({ length: 800 }, (_, index) => ({
      name,
      ttl: 30,
      type: 'PTR',
      target: nameOf(`pod-${index}.web-${index % 50}.default.svc.cluster.local`),
    }));
    const response = writeResponse(query('web.default.svc.cluster.local', 'PTR'), answer(many), 'tcp');
    expect(response.length).toBeGreaterThan(0x4000);
    expect(isTruncated(response)).toBe(false);
    expect(records(response).answers).toHaveLength(800);
  });
});
