import { Writer } from 'protobufjs/minimal';
import { DecodeError } from '../codec/decode-context';
import { ObjectDecoder } from '../codec/object-decoder';
import { builtInSchemas } from '../schema/built-in-schemas';
import { openEnvelope, sealEnvelope } from './envelope';
import golden from './golden-messages.json';
import { ProtobufCodec, resourceVersionMessage, watchFrame } from './protobuf-codec';

const schemas = builtInSchemas();
const codec = new ProtobufCodec(schemas);
const POD = { group: '', version: 'v1', kind: 'Pod' };

const typeOf = (kind: typeof POD) => schemas.schemaOf(kind)!;
const decodePod = (message: Uint8Array) => codec.decode(message, typeOf(POD));

/** What decoding JSON makes of an object, which is what decoding its message must make. */
function fromJson(object: object, kind: typeof POD): Record<string, unknown> {
  const { object: decoded } = new ObjectDecoder().decode(structuredClone(object), typeOf(kind));
  return Object.fromEntries(Object.entries(decoded).filter(([name]) => name !== 'kind' && name !== 'apiVersion'));
}

/** Objects filled at random, as JSON and as protobuf, by upstream's own serializers (k8s.io/api v0.36.3). */
describe.each(golden)('$kind of $group/$version, as upstream writes it', ({ json, proto, ...kind }) => {
  const body = Buffer.from(proto, 'base64');

  it('is read as the same object from protobuf and from JSON', () => {
    expect(codec.decode(openEnvelope(body).message, typeOf(kind))).toStrictEqual(fromJson(json, kind));
  });

  it('is written to the same bytes', () => {
    expect(codec.encodeBody(fromJson(json, kind), kind).toString('base64')).toBe(proto);
  });
});

describe('a message', () => {
  const pod = { metadata: { name: 'a', labels: { b: '2', a: '1' } }, spec: { containers: [{ name: 'c', image: 'i' }], priority: -1 } };

  it('takes its resource version from a few bytes behind it', () => {
    const message = codec.encode(pod, POD);
    const whole = decodePod(Buffer.concat([message, resourceVersionMessage('42')]));
    expect(whole).toMatchObject({ metadata: { name: 'a', labels: { a: '1', b: '2' }, resourceVersion: '42' }, spec: { priority: -1 } });
  });

  it('is an item of a list as it is', () => {
    const list = codec.encodeList(POD, { resourceVersion: '9' }, [codec.encode(pod, POD), Buffer.alloc(0)]);
    const decoded = codec.decode(list, typeOf({ ...POD, kind: 'PodList' })) as { items: unknown[] };
    expect(decoded).toMatchObject({ metadata: { resourceVersion: '9' }, items: [pod, { metadata: {} }] });
  });

  it('does not depend on the order of a map in memory', () => {
    const turned = { ...pod, metadata: { name: 'a', labels: { a: '1', b: '2' } } };
    expect(codec.encode(turned, POD)).toEqual(codec.encode(pod, POD));
  });

  it('keeps numbers beyond 32 bits, and negative ones', () => {
    const spec = { containers: [], terminationGracePeriodSeconds: -1, activeDeadlineSeconds: 2 ** 40 };
    expect(decodePod(codec.encode({ spec }, POD))).toMatchObject({ spec });
  });

  it('keeps what is set to zero apart from what is not set', () => {
    const spec = { containers: [], priority: 0, automountServiceAccountToken: false, hostname: '' };
    const decoded = decodePod(codec.encode({ spec }, POD)) as { spec: object };
    expect(decoded.spec).toEqual({ containers: [], priority: 0, automountServiceAccountToken: false });
  });

  it('passes over fields that its type does not have', () => {
    const unknown = Writer.create()
      .uint32((999 << 3) | 2)
      .string('from the future')
      .finish();
    expect(decodePod(Buffer.concat([unknown, codec.encode(pod, POD)]))).toMatchObject(pod);
  });

  it.each([
    ['is cut off', Buffer.from([0x0a, 0x20, 0x0a]), 'unexpected EOF'],
    ['ends inside a number', Buffer.from([0x0a, 0x80]), 'unexpected EOF'],
    ['has a field of another wire type', Buffer.from([0x08, 0x01]), 'proto: wrong wireType = 0 for field metadata'],
  ])('is refused if it %s', (_, message, error) => {
    expect(() => decodePod(message)).toThrow(DecodeError);
    expect(() => decodePod(message)).toThrow(error);
  });
});

describe('an envelope', () => {
  it('names the kind of the message in it', () => {
    const message = Buffer.from([0x0a, 0x00]);
    expect(openEnvelope(sealEnvelope({ group: 'apps', version: 'v1', kind: 'Deployment' }, message))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      message: new Uint8Array(message),
    });
  });

  it.each([
    ['is empty', '', 'empty data'],
    ['is something else', '{"kind":"Pod"}', 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'],
    ['holds nothing', 'k8s\0', 'empty body'],
    ['is cut off', 'k8s\0\x0a\x20', 'unexpected EOF'],
  ])('is refused if it %s', (_, text, error) => {
    expect(() => openEnvelope(Buffer.from(text))).toThrow(DecodeError);
    expect(() => openEnvelope(Buffer.from(text))).toThrow(error);
  });
});

describe('a frame of a watch', () => {
  it('is its length and an event that holds a whole body', () => {
    const body = codec.encodeBody({ metadata: { name: 'a' } }, POD);
    const frame = watchFrame('ADDED', body);
    expect(frame.readUInt32BE()).toBe(frame.length - 4);
    const tail = frame.subarray(frame.length - body.length);
    expect(frame.subarray(4, 11).toString('latin1')).toBe('\x0a\x05ADDED');
    expect(openEnvelope(tail).kind).toBe('Pod');
  });
});
