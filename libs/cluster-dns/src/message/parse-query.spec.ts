import { queryBytes } from '../testing/cluster';
import { parseQuery } from './parse-query';

/** The response code that a message is refused with. */
const rcode = (message: Buffer) => {
  const parsed = parseQuery(message);
  return parsed.type === 'refused' ? parsed.response.readUInt16BE(2) & 0xf : parsed.type;
};

describe('parseQuery', () => {
  it('reads name, type and what the client can take', () => {
    const parsed = parseQuery(queryBytes('Web.default.svc.cluster.local', 'SRV', { udpBytes: 4096 }));
    expect(parsed).toMatchObject({
      type: 'query',
      query: {
        id: 7,
        name: ['Web', 'default', 'svc', 'cluster', 'local'],
        type: 33,
        recursionDesired: true,
        edns: { udpBytes: 4096, dnssecOk: false },
      },
    });
  });

  it('does not answer what is no query, lest two servers answer each other for ever', () => {
    const response = queryBytes('a.b');
    response[2] = 0x81;
    expect(parseQuery(response)).toEqual({ type: 'ignored' });
    expect(parseQuery(Buffer.alloc(11))).toEqual({ type: 'ignored' });
  });

  it('says FORMERR to a message that is cut off anywhere, and never throws', () => {
    const whole = queryBytes('web.default.svc.cluster.local', 'A', { udpBytes: 1232 });
    for (let length = 12; length < whole.length; length += 1) expect(rcode(whole.subarray(0, length))).toBe(1);
  });

  it('says FORMERR to two questions, to pointers that go round, and to labels of unknown kinds', () => {
    const two = queryBytes('a.b');
    two[5] = 2;
    const circle = Buffer.concat([queryBytes('a').subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])]);
    const intoHeader = Buffer.concat([queryBytes('a').subarray(0, 12), Buffer.from([0xc0, 2, 0, 1, 0, 1])]);
    const unknown = Buffer.concat([queryBytes('a').subarray(0, 12), Buffer.from([0x41, 0, 0, 1, 0, 1])]);
    for (const message of [two, circle, intoHeader, unknown]) expect(rcode(message)).toBe(1);
  });

  it('says FORMERR to a name of more than 255 bytes', () => {
    expect(rcode(queryBytes(Array(128).fill('a').join('.')))).toBe(1);
    expect(rcode(queryBytes(Array(127).fill('a').join('.')))).toBe('query');
  });

  it('says NOTIMP to other operations, and BADVERS to a later EDNS', () => {
    const update = queryBytes('a.b');
    update[2] = 0x28;
    expect(rcode(update)).toBe(4);
    const later = queryBytes('a.b', 'A', { udpBytes: 1232 });
    later[later.length - 5] = 1;
    const parsed = parseQuery(later);
    if (parsed.type !== 'refused') throw new Error(parsed.type);
    // The upper bits of the code, 16, stand in the OPT record.
    expect([parsed.response.readUInt16BE(2) & 0xf, parsed.response.at(-6)]).toEqual([0, 1]);
  });
});
