import { mutatingWebhookConfiguration } from './admissionregistration/v1/mutating-webhook-configuration/strategy';
import { validatingWebhookConfiguration } from './admissionregistration/v1/validating-webhook-configuration/strategy';
import { mutatingAdmissionPolicyBinding } from './admissionregistration/v1/mutating-admission-policy-binding/strategy';
import { mutatingAdmissionPolicy } from './admissionregistration/v1/mutating-admission-policy/strategy';
import { validatingAdmissionPolicyBinding } from './admissionregistration/v1/validating-admission-policy-binding/strategy';
import { validatingAdmissionPolicy } from './admissionregistration/v1/validating-admission-policy/strategy';
import { flowSchema } from './flowcontrol/v1/flow-schema/strategy';
import { priorityLevelConfiguration } from './flowcontrol/v1/priority-level-configuration/strategy';
import { resourceClaim } from './resource/v1/resource-claim/strategy';
import { resourceClaimTemplate } from './resource/v1/resource-claim-template/strategy';
import { resourceSlice } from './resource/v1/resource-slice/strategy';
import { controllerRevision } from './apps/v1/controller-revision/strategy';
import { daemonSet } from './apps/v1/daemon-set/strategy';
import { deployment } from './apps/v1/deployment/strategy';
import { replicaSet } from './apps/v1/replica-set/strategy';
import { statefulSet } from './apps/v1/stateful-set/strategy';
import { horizontalPodAutoscalerConversion } from './autoscaling/v1/horizontal-pod-autoscaler/conversion';
import { horizontalPodAutoscaler } from './autoscaling/v2/horizontal-pod-autoscaler/strategy';
import { cronJob } from './batch/v1/cron-job/strategy';
import { job } from './batch/v1/job/strategy';
import { certificateSigningRequest } from './certificates/v1/certificate-signing-request/strategy';
import { endpointSlice } from './discovery/v1/endpoint-slice/strategy';
import { lease } from './coordination/v1/lease/strategy';
import { priorityClass } from './scheduling/v1/priority-class/strategy';
import { podDisruptionBudget } from './policy/v1/pod-disruption-budget/strategy';
import { ipAddressKind } from './networking/v1/ip-address/strategy';
import { serviceCidr } from './networking/v1/service-cidr/strategy';
import { ingress } from './networking/v1/ingress/strategy';
import { ingressClass } from './networking/v1/ingress-class/strategy';
import { networkPolicy } from './networking/v1/network-policy/strategy';
import { csiDriver } from './storage/v1/csi-driver/strategy';
import { csiNode } from './storage/v1/csi-node/strategy';
import { csiStorageCapacity } from './storage/v1/csi-storage-capacity/strategy';
import { volumeAttachment } from './storage/v1/volume-attachment/strategy';
import { volumeAttributesClass } from './storage/v1/volume-attributes-class/strategy';
import { storageClass } from './storage/v1/storage-class/strategy';
import { runtimeClass } from './node/v1/runtime-class/strategy';
import { apiService } from './apiregistration/v1/api-service/strategy';
import { customResourceDefinition } from './apiextensions/v1/custom-resource-definition/strategy';
import { binding } from './core/v1/binding/strategy';
import { componentStatus } from './core/v1/component-status/strategy';
import { configMap } from './core/v1/config-map/strategy';
import { endpoints } from './core/v1/endpoints/strategy';
import { event } from './core/v1/event/strategy';
import { limitRange } from './core/v1/limit-range/strategy';
import { namespace } from './core/v1/namespace/strategy';
import { node } from './core/v1/node/strategy';
import { persistentVolumeClaim } from './core/v1/persistent-volume-claim/strategy';
import { persistentVolume } from './core/v1/persistent-volume/strategy';
import { podTemplate } from './core/v1/pod-template/strategy';
import { pod } from './core/v1/pod/strategy';
import { replicationController } from './core/v1/replication-controller/strategy';
import { resourceQuota } from './core/v1/resource-quota/strategy';
import { secret } from './core/v1/secret/strategy';
import { serviceAccount } from './core/v1/service-account/strategy';
import { service } from './core/v1/service/strategy';
import type { KindConversion, KindDefinition } from './define-kind';
import { eventConversion } from './events/v1/event/conversion';
import { clusterRole } from './rbac/v1/cluster-role/strategy';
import { clusterRoleBinding } from './rbac/v1/cluster-role-binding/strategy';
import { role } from './rbac/v1/role/strategy';
import { roleBinding } from './rbac/v1/role-binding/strategy';

/** Every kind that declares something of its own. A served resource that is not here gets the generic registry's behaviour. */
export const kinds: readonly KindDefinition[] = [
  binding,
  componentStatus,
  configMap,
  endpoints,
  event,
  limitRange,
  namespace,
  node,
  persistentVolume,
  persistentVolumeClaim,
  pod,
  podTemplate,
  replicationController,
  resourceQuota,
  secret,
  service,
  serviceAccount,
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  horizontalPodAutoscaler,
  cronJob,
  job,
  certificateSigningRequest,
  endpointSlice,
  lease,
  priorityClass,
  podDisruptionBudget,
  ipAddressKind,
  serviceCidr,
  ingress,
  ingressClass,
  networkPolicy,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  storageClass,
  volumeAttachment,
  volumeAttributesClass,
  runtimeClass,
  mutatingWebhookConfiguration,
  validatingWebhookConfiguration,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  flowSchema,
  priorityLevelConfiguration,
  resourceClaim,
  resourceClaimTemplate,
  resourceSlice,
  apiService,
  customResourceDefinition,
  clusterRole,
  clusterRoleBinding,
  role,
  roleBinding,
] as readonly KindDefinition[];

/** The resources that are served in another version than they are stored in. */
export const conversions: readonly KindConversion[] = [eventConversion, horizontalPodAutoscalerConversion] as readonly KindConversion[];
