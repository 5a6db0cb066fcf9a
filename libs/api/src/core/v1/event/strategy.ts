import { defineKind } from '../../../define-kind';
import { events, type ObjectReference } from '../../../generated/core/v1';
import { columns } from './table';
import { validateEvent } from './validation';

/** Events tell what has just happened; nobody clears them away. */
const SECONDS_TO_LIVE = 3600;

/** By which parts of the reference to its object an event may be selected. */
export const INVOLVED_FIELDS = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
] as const satisfies readonly (keyof ObjectReference)[];

export const event = defineKind(events, {
  validate: validateEvent,
  columns,
  selectableFields: {
    ...Object.fromEntries(
      INVOLVED_FIELDS.map((field) => [
        `involvedObject.${field}`,
        ({ involvedObject }: { readonly involvedObject: Readonly<ObjectReference> }) => involvedObject[field] ?? '',
      ]),
    ),
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source, reportingComponent }) => source?.component ?? reportingComponent ?? '',
    type: ({ type }) => type ?? '',
  },
  allowCreateOnUpdate: true,
  timeToLive: () => SECONDS_TO_LIVE,
});
