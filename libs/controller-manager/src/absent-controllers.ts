import type { NamedController } from '@keelson/controller-runtime';

/**
 * Upstream's other controllers of v1.36, which are not part of this one. `--controllers` may speak of them, so that command lines for upstream's
 * work: kubeadm's, for one, names two of them.
 */
export const absentControllers: readonly NamedController[] = [
  { name: 'serviceaccount-token-controller', alias: 'serviceaccount-token' },
  { name: 'horizontal-pod-autoscaler-controller', alias: 'horizontalpodautoscaling' },
  { name: 'certificatesigningrequest-signing-controller', alias: 'csrsigning' },
  { name: 'certificatesigningrequest-approving-controller', alias: 'csrapproving' },
  { name: 'certificatesigningrequest-cleaner-controller', alias: 'csrcleaner' },
  { name: 'podcertificaterequest-cleaner-controller' },
  { name: 'bootstrap-signer-controller', alias: 'bootstrapsigner' },
  { name: 'token-cleaner-controller', alias: 'tokencleaner' },
  { name: 'device-taint-eviction-controller' },
  { name: 'persistentvolume-binder-controller', alias: 'persistentvolume-binder' },
  { name: 'persistentvolume-attach-detach-controller', alias: 'attachdetach' },
  { name: 'persistentvolume-expander-controller', alias: 'persistentvolume-expander' },
  { name: 'persistentvolumeclaim-protection-controller', alias: 'pvc-protection' },
  { name: 'persistentvolume-protection-controller', alias: 'pv-protection' },
  { name: 'podgroup-protection-controller' },
  { name: 'kube-apiserver-serving-clustertrustbundle-publisher-controller' },
  { name: 'ephemeral-volume-controller', alias: 'ephemeral-volume' },
  { name: 'storageversion-garbage-collector-controller', alias: 'storage-version-gc' },
  { name: 'resourceclaim-controller', alias: 'resource-claim-controller' },
  { name: 'resourcepoolstatusrequest-controller' },
  { name: 'legacy-serviceaccount-token-cleaner-controller', alias: 'legacy-service-account-token-cleaner' },
  { name: 'validatingadmissionpolicy-status-controller' },
  { name: 'volumeattributesclass-protection-controller' },
  { name: 'service-cidr-controller' },
  { name: 'storage-version-migrator-controller', alias: 'svm' },
  { name: 'selinux-warning-controller' },
  { name: 'service-lb-controller', alias: 'service' },
  { name: 'node-route-controller', alias: 'route' },
  { name: 'cloud-node-lifecycle-controller', alias: 'cloud-node-lifecycle' },
];
