import { ageColumn, nameColumn } from '../../../columns';
import { defineKind } from '../../../define-kind';
import { validatingwebhookconfigurations } from '../../../generated/admissionregistration/v1';
import { elementsOf, listOf } from '../../../presence';
import { defaultWebhook } from '../webhook-defaults';
import { validateWebhooks } from '../webhook-validation';

export const validatingWebhookConfiguration = defineKind(validatingwebhookconfigurations, {
  defaults: ({ webhooks }) => elementsOf(webhooks).forEach(defaultWebhook),
  prepareForCreate: ({ metadata }) => void (metadata.generation = 1),
  generationFrom: ['webhooks'],
  validateCreate: ({ webhooks }, path, errors) => validateWebhooks(listOf(webhooks), undefined, path.child('webhooks'), errors),
  validateUpdate: (next, previous, path, errors) =>
    validateWebhooks(listOf(next.webhooks), listOf(previous.webhooks), path.child('webhooks'), errors),
  allowUnconditionalUpdate: false,
  columns: [nameColumn, { name: 'Webhooks', type: 'integer', value: ({ webhooks }) => listOf(webhooks).length }, ageColumn],
});
