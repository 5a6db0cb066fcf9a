import { humanDuration, type DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { CertificateSigningRequest } from '../../../generated/certificates/v1';
import { isEmpty } from '../../../presence';
import { conditionsOf } from './conditions';

export const columns: readonly TableColumn<CertificateSigningRequest>[] = [
  nameColumn,
  ageColumn,
  { name: 'SignerName', type: 'string', value: ({ spec }) => orNone(spec.signerName) },
  { name: 'Requestor', type: 'string', value: ({ spec }) => spec.username ?? '' },
  {
    name: 'RequestedDuration',
    type: 'string',
    value: ({ spec }) => (spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000)),
  },
  { name: 'Condition', type: 'string', value: stateOf },
];

function stateOf(object: DeepReadonly<CertificateSigningRequest>): string {
  const has = (type: string): boolean => conditionsOf(object, type).length > 0;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${isEmpty(object.status?.certificate) ? '' : ',Issued'}`;
}
