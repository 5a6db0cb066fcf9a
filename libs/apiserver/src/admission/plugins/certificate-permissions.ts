import type { CertificateSigningRequest } from '@keelson/api';
import { deepEqual, type DeepReadonly } from '@keelson/apimachinery';
import type { Authorizer } from '../../authorization/authorizer';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { forbid } from '../forbid';

const GROUP = 'certificates.k8s.io';

/** Lets only those decide on a certificate request who may `approve` for its signer; upstream's `CertificateApproval`. */
export class CertificateApproval implements AdmissionPlugin {
  readonly name = 'CertificateApproval';
  readonly #authorizer: Authorizer;

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const stored = updatedRequest(attributes, 'approval');
    if (stored !== undefined) await ensureMay(this.#authorizer, attributes, { verb: 'approve', signerName: stored.spec.signerName });
  }
}

/** Lets only those issue a certificate, or say that they can't, who may `sign` for the request's signer; upstream's `CertificateSigning`. */
export class CertificateSigning implements AdmissionPlugin {
  readonly name = 'CertificateSigning';
  readonly #authorizer: Authorizer;

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const stored = updatedRequest(attributes, 'status');
    if (stored === undefined) return;
    const { status } = attributes.object as CertificateSigningRequest;
    const isSame =
      status?.certificate === stored.status?.certificate && deepEqual(status?.conditions ?? [], stored.status?.conditions ?? []);
    if (!isSame) await ensureMay(this.#authorizer, attributes, { verb: 'sign', signerName: stored.spec.signerName });
  }
}

/** The request as stored, whose signer counts, if this is an update of one through `subresource`. */
function updatedRequest(
  { oldObject, operation, resource, subresource: requested }: AdmissionAttributes,
  subresource: string,
): DeepReadonly<CertificateSigningRequest> | undefined {
  const isIt = resource.group === GROUP && resource.resource === 'certificatesigningrequests' && requested === subresource;
  return isIt && operation === 'UPDATE' ? (oldObject as DeepReadonly<CertificateSigningRequest>) : undefined;
}

/** Permission may be for the signer, or for all of its domain: `example.com/*`. */
async function ensureMay(
  authorizer: Authorizer,
  attributes: AdmissionAttributes,
  { signerName, verb }: { readonly verb: 'approve' | 'sign'; readonly signerName: string },
): Promise<void> {
  for (const name of [signerName, `${signerName.split('/')[0] ?? ''}/*`]) {
    const asked = { isResourceRequest: true, verb, apiGroup: GROUP, apiVersion: '*', resource: 'signers', name };
    const rest = { path: '', namespace: '', subresource: '', labelSelector: '', fieldSelector: '' };
    if ((await authorizer.authorize(attributes.user, { ...rest, ...asked })).verdict === 'allow') return;
  }
  throw forbid(attributes, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`);
}
