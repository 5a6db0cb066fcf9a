import { dns1123Subdomain, portNumber, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { ServiceReference, WebhookClientConfig } from '../../generated/admissionregistration/v1';
import { isEmpty } from '../../presence';

const FORM = '; desired format: https://host[/path]';

/** Where a webhook is: at a URL or behind a Service (k8s.io/apiserver/pkg/util/webhook). */
export function validateClientConfig({ service, url }: DeepReadonly<WebhookClientConfig>, path: FieldPath, errors: FieldErrors): void {
  if ((url === undefined) === (service === undefined)) errors.required(path, 'exactly one of url or service is required');
  else if (url !== undefined) validateUrl(url, path.child('url'), errors);
  else if (service !== undefined) validateService(service, path.child('service'), errors);
}

function validateUrl(text: string, path: FieldPath, errors: FieldErrors): void {
  const url = URL.parse(text);
  if (url === null) return errors.required(path, `url must be a valid URL: parse ${JSON.stringify(text)}: invalid URI for request${FORM}`);
  if (url.protocol !== 'https:') errors.invalid(path, url.protocol.slice(0, -1), `'https' is the only allowed URL scheme${FORM}`);
  if (url.host === '') errors.invalid(path, '', `host must be specified${FORM}`);
  if (url.username !== '') errors.invalid(path, url.username, 'user information is not permitted in the URL');
  if (url.hash !== '') errors.invalid(path, url.hash.slice(1), 'fragments are not permitted in the URL');
  if (url.search !== '') errors.invalid(path, url.search.slice(1), 'query parameters are not permitted in the URL');
}

function validateService(
  { name, namespace, path: urlPath = '', port = 0 }: DeepReadonly<ServiceReference>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (isEmpty(name)) errors.required(path.child('name'));
  if (isEmpty(namespace)) errors.required(path.child('namespace'));
  const problems = portNumber(port);
  if (problems.length > 0) errors.invalid(path.child('port'), port, `port is not valid: ${problems.join(', ')}`);
  if (urlPath !== '' && urlPath !== '/') validateUrlPath(urlPath, path.child('path'), errors);
}

function validateUrlPath(text: string, path: FieldPath, errors: FieldErrors): void {
  if (!text.startsWith('/')) errors.invalid(path, text, "must start with a '/'");
  text
    .slice(1)
    .replace(/\/$/, '')
    .split('/')
    .forEach((segment, index) => {
      if (segment === '') return errors.invalid(path, text, `segment[${index}] may not be empty`);
      for (const problem of dns1123Subdomain(segment)) errors.invalid(path, text, `segment[${index}]: ${problem}`);
    });
}
