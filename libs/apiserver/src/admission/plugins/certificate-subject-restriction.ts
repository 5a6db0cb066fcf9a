import type { CertificateSigningRequest } from '@keelson/api';
import { readPkcs10 } from '@keelson/api/server';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { forbid } from '../forbid';

const SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

/** Lets nobody ask the cluster's own signer for a client certificate of the group that may do everything. */
export class CertificateSubjectRestriction implements AdmissionPlugin {
  readonly name = 'CertificateSubjectRestriction';

  validate(attributes: AdmissionAttributes): void {
    const { object, operation, resource, subresource } = attributes;
    if (resource.group !== 'certificates.k8s.io' || resource.resource !== 'certificatesigningrequests') return;
    if (operation !== 'CREATE' || subresource !== '') return;
    const { request, signerName } = (object as CertificateSigningRequest).spec;
    if (signerName === SIGNER && organizationsIn(attributes, request).includes(MASTERS))
      throw forbid(attributes, `use of ${SIGNER} signer with ${MASTERS} group is not allowed`);
  }
}

function organizationsIn(attributes: AdmissionAttributes, request: string): readonly string[] {
  try {
    return readPkcs10(request).organizations;
  } catch (error) {
    throw forbid(attributes, `failed to parse CSR: ${error instanceof Error ? error.message : String(error)}`);
  }
}
