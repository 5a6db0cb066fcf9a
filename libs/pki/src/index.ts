export {
  createCertificateAuthority,
  issueClientCertificate,
  issuePeerCertificate,
  issueServingCertificate,
  type CertificateAndKey,
  type CertificateAuthority,
  type CertificateSubject,
  type IssueOptions,
} from './certificate-authority';
export { createCertificateRequest, parseCertificateRequest, signCertificateRequest, type CertificateRequest } from './certificate-request';
export { clusterPkiPaths, type ClusterPkiPaths, type EtcdPki } from './cluster/cluster-pki-paths';
export { ensureClusterPki, type ClusterPki, type ClusterPkiOptions } from './cluster/ensure-cluster-pki';
export { ensureServingCertificate, type ServingCertificateFiles, type ServingCertificateOptions } from './cluster/serving-certificate';
export { generatePrivateKey, parsePrivateKey, privateKeyToPem, publicKeyToPem, type KeyAlgorithm } from './key-pair';
export { buildKubeconfig, readKubeconfig, type KubeconfigCredentials, type KubeconfigEntry } from './kubeconfig/kubeconfig';
export { mergeKubeconfig, removeFromKubeconfig, type KubeconfigNames } from './kubeconfig/merge-kubeconfig';
export { parseCertificate, parseCertificates } from './pem';
export { needsRenewal } from './renewal';
export { parsePublicKeys, serviceAccountKeyId } from './service-account-key';
