import { addProblems, dns1035Label, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import { validateClientConfig } from '../../../admissionregistration/v1/client-config-validation';
import type { CustomResourceConversion } from '../../../generated/apiextensions/v1';
import { isEmpty, listOf } from '../../../presence';

const STRATEGIES = ['None', 'Webhook'];
const REVIEW_VERSIONS = ['v1', 'v1beta1'];

/** How one version of a custom resource is made of another. Paths are upstream's, which knows a webhook's parts without the webhook. */
export function validateConversion(
  conversion: DeepReadonly<CustomResourceConversion> | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (conversion === undefined) return;
  const { strategy, webhook } = conversion;
  const [client, versions] = [path.child('webhookClientConfig'), path.child('conversionReviewVersions')];
  if (isEmpty(strategy)) errors.required(path.child('strategy'));
  else if (!STRATEGIES.includes(strategy)) errors.notSupported(path.child('strategy'), strategy, STRATEGIES);
  if (strategy === 'Webhook') {
    if (webhook?.clientConfig === undefined) errors.required(client, 'required when strategy is set to Webhook');
    else validateClientConfig(webhook.clientConfig, client, errors);
    return validateReviewVersions(listOf(webhook?.conversionReviewVersions), versions, errors);
  }
  if (webhook?.clientConfig !== undefined) errors.forbidden(client, 'should not be set when strategy is not set to Webhook');
  if (!isEmpty(webhook?.conversionReviewVersions)) errors.forbidden(versions, 'should not be set when strategy is not set to Webhook');
}

function validateReviewVersions(versions: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (versions.length === 0) return errors.required(path);
  versions.forEach((version, index) => {
    if (versions.indexOf(version) < index) errors.invalid(path.index(index), version, 'duplicate version');
    else addProblems(dns1035Label(version), version, path.index(index), errors);
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`);
}
