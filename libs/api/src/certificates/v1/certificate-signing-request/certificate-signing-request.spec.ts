import type { DeepReadonly } from '@keelson/apimachinery';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../../generated/certificates/v1';
import { testOrigin } from '../../../testing/origin';
import { problems, storedMeta } from '../../../testing/problems';
import { readPkcs10 } from './pkcs10';
import { certificateSigningRequest as kind } from './strategy';
import { validateSignerName } from './signer-name';

/** Of P-256, for the organizations system:masters and dev. */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIeU1JR1lBZ0VBTURZeEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdFlYTjBaWEp6TVF3d0NnWURWUVFLREFOawpaWFl4RFRBTEJnTlZCQU1NQkdwaGJtVXdXVEFUQmdjcWhrak9QUUlCQmdncWhrak9QUU1CQndOQ0FBUVJJbTFCClIrWkRkdUd3ZXA3akxQeStRR2lCQzNnbUlVNHBYRTFPd2F2Q1ZyQ0dmWUJwYXN1YWJzai9uQTVhNmFnTisySGQKanQ5dU9YZXNQYmpNS3JyMW9BQXdDZ1lJS29aSXpqMEVBd0lEU1FBd1JnSWhBSWJrQlFzcFBqWHYvZ25GZVN5Zwp4YjVLSFlheVFEZEp2K2JqQThCMUkyV2hBaUVBMFNHUE5QbThXMjZSSmN5Z0RIc0FCWlIrRjR5bjZyWlhGV1hSCm56OUVoS2M9Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
/** Of the same key. */
const CERTIFICATE =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJaekNDQVE0Q0V6cFZGRzNHWnRJRnk2NlJYOStGdzM4SlFHY3dDZ1lJS29aSXpqMEVBd0l3TmpFWE1CVUcKQTFVRUNnd09jM2x6ZEdWdE9tMWhjM1JsY25NeEREQUtCZ05WQkFvTUEyUmxkakVOTUFzR0ExVUVBd3dFYW1GdQpaVEFnRncweU5qRXhNalF4TWpReU1USmFHQTh5TVRJMk1UQXpNVEV5TkRJeE1sb3dOakVYTUJVR0ExVUVDZ3dPCmMzbHpkR1Z0T20xaGMzUmxjbk14RERBS0JnTlZCQW9NQTJSbGRqRU5NQXNHQTFVRUF3d0VhbUZ1WlRCWk1CTUcKQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQUJCRWliVUZINWtOMjRiQjZudU1zL0w1QWFJRUxlQ1loVGlsYwpUVTdCcThKV3NJWjlnR2xxeTVwdXlQK2NEbHJwcUEzN1lkMk8zMjQ1ZDZ3OXVNd3F1dlV3Q2dZSUtvWkl6ajBFCkF3SURSd0F3UkFJZ1hGOHBCOEZjRVdwWDZkeXY1MkpYYUI4RWRpOE9kSTBEQUYrbFA4SlVmcVlDSURvOHBuYlgKUjBvODU4YUQ4WUNMUVpvVFN3WisvS0J2SThXbkxoMDRTSTBwCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K';

const testRequest = (
  spec: Partial<CertificateSigningRequest['spec']> = {},
  status: NonNullable<CertificateSigningRequest['status']> = {},
): CertificateSigningRequest => ({
  metadata: storedMeta({ name: 'a request' }),
  spec: { request: REQUEST, signerName: 'example.com/clients', usages: ['client auth'], ...spec },
  status,
});
const condition = (type: string): CertificateSigningRequestCondition => ({ type, status: 'True', reason: 'Because' });
const withConditions = (...types: string[]) => testRequest({}, { conditions: types.map(condition) });
const onCreate = (object: CertificateSigningRequest) => problems((path, errors) => kind.validateCreate?.(object, path, errors));
const through = (name: 'approval' | 'status', next: CertificateSigningRequest, previous: DeepReadonly<CertificateSigningRequest>) =>
  problems((path, errors) => kind.subresources?.[name]?.validateUpdate?.(next, previous, path, errors));

describe('a CertificateSigningRequest', () => {
  it('says who really asks, and is not decided on', () => {
    const object = testRequest(
      { username: 'root', groups: ['system:masters'], extra: { a: ['b'] } },
      { conditions: [condition('Approved')] },
    );
    kind.prepareForCreate?.(object, testOrigin);
    expect(object.spec).toMatchObject({ username: 'jane', uid: 'u-7', groups: ['system:authenticated'] });
    expect(object.spec.extra).toBeUndefined();
    expect(object.status).toEqual({});
  });

  it('carries a request that is signed with its own key', () => {
    expect(onCreate(testRequest())).toEqual([]);
    expect(readPkcs10(REQUEST)).toEqual({ organizations: ['system:masters', 'dev'], isSigned: true });
    const pem = Buffer.from(REQUEST, 'base64').toString('latin1');
    const bytes = Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64');
    const forged = Buffer.from(bytes);
    forged.write('b', bytes.indexOf('jane'), 'latin1');
    const asRequest = (der: Buffer) =>
      Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`).toString('base64');
    expect(readPkcs10(asRequest(forged)).isSigned).toBe(false);
    for (let length = 0; length < bytes.length; length += 7) expect(() => readPkcs10(asRequest(bytes.subarray(0, length)))).toThrow();
    expect(() => readPkcs10(CERTIFICATE)).toThrow('PEM block type must be CERTIFICATE REQUEST');
  });

  it('is for known usages, some while, and one signer', () => {
    const spec = { usages: ['client auth', 'client auth', 'magic'], expirationSeconds: 599, signerName: 'kubernetes.io/legacy-unknown' };
    expect(onCreate(testRequest(spec))).toEqual([
      'spec.usages[1]: Duplicate value: "client auth"',
      expect.stringMatching(/^spec.usages\[2\]: Unsupported value: "magic": supported values: "any", "cert sign"/),
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)',
    ]);
  });

  it.each([
    ['', 'Required value'],
    ['example.com', 'must be a fully qualified domain and path'],
    ['example.com/a/b', 'must be a fully qualified domain and path'],
    ['example/a', 'should be a domain with at least two segments'],
    ['example.com/A', 'validating label "A"'],
    ['ex_ample.com/a', 'validating label "ex_ample"'],
  ])('does not take %j for the name of a signer', (name, problem) => {
    expect(problems((path, errors) => validateSignerName(name, path, errors))[0]).toContain(problem);
  });

  it('stays as it was made', () => {
    const next = testRequest({ signerName: 'example.com/others' });
    kind.prepareForUpdate?.(next, testRequest());
    expect(next.spec.signerName).toBe('example.com/clients');
  });

  it('is decided on through its approval, once, and dated', () => {
    const next = withConditions('Approved');
    kind.subresources?.['approval']?.prepareForUpdate?.(next, testRequest(), testOrigin);
    expect(next.status?.conditions).toEqual([
      { ...condition('Approved'), lastUpdateTime: testOrigin.now(), lastTransitionTime: testOrigin.now() },
    ]);
    expect(through('approval', next, testRequest())).toEqual([]);
    expect(through('status', next, testRequest())).toEqual([
      'status.conditions: Forbidden: updates may not add a condition of type "Approved"',
    ]);
    expect(through('approval', withConditions('Approved', 'Denied'), withConditions('Approved'))).toEqual([
      'status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
    ]);
    expect(through('approval', withConditions(), withConditions('Denied'))).toEqual([
      'status.conditions: Forbidden: updates may not remove a condition of type "Denied"',
    ]);
  });

  it('is issued through its status, once, with what is a certificate', () => {
    const issued = testRequest({}, { conditions: [condition('Approved')], certificate: CERTIFICATE });
    expect(through('status', issued, withConditions('Approved'))).toEqual([]);
    expect(through('approval', issued, withConditions('Approved'))).toEqual([
      'status.certificate: Forbidden: updates may not set certificate content',
    ]);
    const other = { ...issued, status: { ...issued.status, certificate: REQUEST } };
    expect(through('status', other, issued)).toEqual([
      'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "CERTIFICATE REQUEST"',
      'status.certificate: Forbidden: updates may not modify existing certificate content',
    ]);
  });

  it('keeps its decision through a status update that words it otherwise', () => {
    const next = testRequest({}, { conditions: [{ ...condition('Approved'), reason: 'Other' }, condition('Failed')] });
    kind.subresources?.['status']?.prepareForUpdate?.(next, withConditions('Approved'), testOrigin);
    expect(next.status?.conditions?.[0]?.reason).toBe('Because');
    expect(next.status?.conditions).toHaveLength(2);
  });
});
