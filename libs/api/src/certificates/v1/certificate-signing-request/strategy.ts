import type { DeepReadonly } from '@keelson/apimachinery';
import { defineKind, type ChangeOrigin } from '../../../define-kind';
import { certificatesigningrequests, type CertificateSigningRequest } from '../../../generated/certificates/v1';
import { dateConditions, keepDecisions } from './conditions';
import { columns } from './table';
import { updateRules, validateRequestCreate } from './validation';

/** A request is as it was made: only who decides and who signs may add to it, each through a subresource of their own. */
export const certificateSigningRequest = defineKind(certificatesigningrequests, {
  prepareForCreate,
  prepareForUpdate: takeSpecFrom,
  generationFrom: [],
  validateName: () => [],
  validateCreate: validateRequestCreate,
  validateUpdate: updateRules({}),
  subresources: {
    approval: { prepareForUpdate: prepareApproval, validateUpdate: updateRules({ decide: true }) },
    status: { prepareForUpdate: prepareStatus, validateUpdate: updateRules({ issue: true }) },
  },
  columns,
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
});

/** Who asks is what the server knows, not what the request says. */
function prepareForCreate(object: CertificateSigningRequest, { user }: ChangeOrigin): void {
  const { expirationSeconds, request, signerName, usages } = object.spec;
  const extra = Object.entries(user.extra ?? {}).map(([name, values]): [string, string[]] => [name, [...values]]);
  object.spec = {
    request,
    signerName,
    ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
    ...(usages === undefined ? {} : { usages }),
    username: user.name,
    ...(user.uid === undefined || user.uid === '' ? {} : { uid: user.uid }),
    ...(user.groups.length === 0 ? {} : { groups: [...user.groups] }),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
  object.status = {};
}

function takeSpecFrom(next: CertificateSigningRequest, previous: DeepReadonly<CertificateSigningRequest>): void {
  next.spec = structuredClone(previous.spec) as CertificateSigningRequest['spec'];
}

function prepareApproval(next: CertificateSigningRequest, previous: DeepReadonly<CertificateSigningRequest>, origin: ChangeOrigin): void {
  takeSpecFrom(next, previous);
  dateConditions(next, previous, origin);
  const { conditions } = next.status ?? {};
  const certificate = previous.status?.certificate;
  next.status = { ...(certificate === undefined ? {} : { certificate }), ...(conditions === undefined ? {} : { conditions }) };
}

function prepareStatus(next: CertificateSigningRequest, previous: DeepReadonly<CertificateSigningRequest>, origin: ChangeOrigin): void {
  takeSpecFrom(next, previous);
  keepDecisions(next, previous);
  dateConditions(next, previous, origin);
}
