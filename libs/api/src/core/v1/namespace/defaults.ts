import type { Namespace } from '../../../generated/core/v1';
import { ensure, isEmpty } from '../../../presence';

/** Lets label selectors name a namespace. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

export function defaultNamespace(namespace: Namespace): void {
  ensure(namespace, 'spec', {});
  const status = (namespace.status ??= {});
  status.phase ??= 'Active';
  const { metadata } = namespace;
  if (!isEmpty(metadata.name)) metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name };
}
