import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind } from '../../../define-kind';
import { mutatingwebhookconfigurations, type MutatingWebhook } from '../../../generated/admissionregistration/v1';
import { elementsOf, listOf } from '../../../presence';
import { defaultWebhook } from '../webhook-defaults';
import { validateWebhooks } from '../webhook-validation';

const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];

type Webhooks = readonly DeepReadonly<MutatingWebhook>[];

export const mutatingWebhookConfiguration = defineKind(mutatingwebhookconfigurations, {
  defaults: ({ webhooks }) => elementsOf(webhooks).forEach(defaultMutatingWebhook),
  prepareForCreate: ({ metadata }) => void (metadata.generation = 1),
  generationFrom: ['webhooks'],
  validateCreate: ({ webhooks }, path, errors) => validate(listOf(webhooks), undefined, path.child('webhooks'), errors),
  validateUpdate: (next, previous, path, errors) =>
    validate(listOf(next.webhooks), listOf(previous.webhooks), path.child('webhooks'), errors),
  allowUnconditionalUpdate: false,
  columns: [nameColumn, { name: 'Webhooks', type: 'integer', value: ({ webhooks }) => listOf(webhooks).length }, ageColumn],
});

function defaultMutatingWebhook(webhook: MutatingWebhook): void {
  defaultWebhook(webhook);
  webhook.reinvocationPolicy ??= 'Never';
}

function validate(webhooks: Webhooks, previous: Webhooks | undefined, path: FieldPath, errors: FieldErrors): void {
  validateWebhooks(webhooks, previous, path, errors);
  webhooks.forEach(({ reinvocationPolicy: policy }, index) => {
    if (policy !== undefined && !REINVOCATION_POLICIES.includes(policy))
      errors.notSupported(path.index(index).child('reinvocationPolicy'), policy, REINVOCATION_POLICIES);
  });
}
