import { defineKind } from '../../../define-kind';
import { resourceclaimtemplates } from '../../../generated/resource/v1';
import { defaultDeviceClaim } from '../request-defaults';

export const resourceClaimTemplate = defineKind(resourceclaimtemplates, {
  defaults: ({ spec }) => defaultDeviceClaim(spec.spec.devices),
  generationFrom: [],
});
