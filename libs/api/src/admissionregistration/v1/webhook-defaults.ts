import type { LabelSelector } from '@keelson/apimachinery';
import type { RuleWithOperations, WebhookClientConfig } from '../../generated/admissionregistration/v1';
import { elementsOf } from '../../presence';

const HTTPS_PORT = 443;
const TIMEOUT_SECONDS = 10;

/** What validating and mutating webhooks have in common. */
export interface Webhook {
  name: string;
  admissionReviewVersions: string[];
  clientConfig: WebhookClientConfig;
  failurePolicy?: string;
  matchConditions?: { name: string; expression: string }[];
  matchPolicy?: string;
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  rules?: RuleWithOperations[];
  sideEffects: string;
  timeoutSeconds?: number;
}

/** A webhook that fails refuses, and it is asked about everything that its rules name, unless it says otherwise. */
export function defaultWebhook(webhook: Webhook): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= TIMEOUT_SECONDS;
  for (const rule of elementsOf(webhook.rules)) rule.scope ??= '*';
  if (webhook.clientConfig.service !== undefined) webhook.clientConfig.service.port ??= HTTPS_PORT;
}
