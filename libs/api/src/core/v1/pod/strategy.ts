import { dns1123Label, FieldPath, type DeepReadonly } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { pods, type Pod } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { dropDisabledFields } from '../pod-spec/disabled-fields';
import { podSpecWarnings } from '../pod-spec/warnings';
import { defaultPod } from './defaults';
import { ephemeralContainers } from './ephemeral-containers';
import { resolveLabelKeys } from './label-keys';
import { podIsTerminal } from './phase';
import { qosClassOf } from './qos';
import { resize } from './resize';
import { prepareStatus } from './status';
import { validatePodStatusUpdate } from './status-validation';
import { columns } from './table';
import { validatePodUpdate } from './update-validation';
import { validatePod, validatePodCreate } from './validation';

const SPEC = FieldPath.of('spec');

export const pod = defineKind(pods, {
  podSpecPath: ['spec'],
  defaults: defaultPod,
  prepareForCreate,
  prepareForUpdate: (next, previous) => dropDisabledFields(next.spec, previous.spec),
  validate: validatePod,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  subresources: {
    status: { prepareForUpdate: prepareStatus, validateUpdate: validatePodStatusUpdate },
    ephemeralcontainers: ephemeralContainers,
    resize,
  },
  warnings: (object, previous) => (previous === undefined ? [...hostnameWarnings(object), ...podSpecWarnings(object.spec, SPEC)] : []),
  columns,
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? '',
    // Taken, and never equal to anything, as upstream.
    'status.podIPs': () => '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
  gracePeriodSeconds,
});

function prepareForCreate(object: Pod): void {
  dropDisabledFields(object.spec);
  object.status = { phase: 'Pending', qosClass: qosClassOf(object) };
  if (listOf(object.spec.schedulingGates).length > 0)
    object.status.conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
        lastTransitionTime: object.metadata.creationTimestamp,
      },
    ];
  resolveLabelKeys(object);
}

/** A pod that no kubelet runs needs no time to end. */
function gracePeriodSeconds(object: DeepReadonly<Pod>, requested: number | undefined): number {
  const runs = object.spec.nodeName !== undefined && object.spec.nodeName !== '' && !podIsTerminal(object);
  if (!runs) return 0;
  const period = requested ?? object.spec.terminationGracePeriodSeconds ?? 0;
  return period < 0 ? 1 : period;
}

function hostnameWarnings({ metadata }: DeepReadonly<Pod>): readonly string[] {
  const problems = dns1123Label(metadata.name);
  if (problems.length === 0) return [];
  const advice = "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
  return [`metadata.name: ${advice}: [${problems.join(' ')}]`];
}
