import { StatusError, type KubernetesObject, type Resource } from '@keelson/apimachinery';
import type { KindRules } from '@keelson/api/server';
import type { VirtualResource } from '../endpoints/api-endpoint';
import { fieldLabels } from '../endpoints/field-labels';
import { parseListQuery } from '../endpoints/list-options';
import { compileSelection } from '../endpoints/selection';
import { isTrue } from '../request/request-info';
import type { ApiRequest } from '../http/api-request';
import { computedObject } from '../negotiation/computed-object';
import type { EncodedResource } from '../negotiation/encoded-resource';
import type { Encoders } from '../negotiation/encoders';
import type { CachedObject } from '../watch-cache/cached-object';
import { StoredJson } from '../watch-cache/stored-json';
import type { ComponentCheck } from './component-check';

const RESOURCE: Resource = { group: '', version: 'v1', resource: 'componentstatuses', kind: 'ComponentStatus', namespaced: false };

export interface ComponentStatusDeps {
  readonly encoders: Encoders;
  readonly rules: KindRules<KubernetesObject>;
  /** By the component's name. */
  readonly checks: ReadonlyMap<string, ComponentCheck>;
}

/** `componentstatuses`: nothing of it is kept, each component is asked when a client asks (pkg/registry/core/componentstatus). */
export function componentStatuses({ checks, encoders, rules }: ComponentStatusDeps): VirtualResource {
  const encoded: EncodedResource = {
    resource: RESOURCE,
    listKind: 'ComponentStatusList',
    conversion: undefined,
    columns: rules.columns,
    storedJson: new StoredJson('v1', RESOURCE.kind),
  };
  const begin = ({ info, query, warnings }: ApiRequest): void => {
    const isWatchPath = info.verb === 'watch' && !isTrue(query.get('watch'));
    if (info.namespace !== '' || isWatchPath) throw StatusError.of('NotFound', 'the server could not find the requested resource', {});
    if (rules.deprecation !== undefined) warnings.add(rules.deprecation);
  };
  return {
    list: async (request) => {
      begin(request);
      const encoder = encoders.for(request, encoded);
      const { fieldSelector, labelSelector } = parseListQuery(request.query, 'list');
      const { matches } = compileSelection({
        namespaced: false,
        namespace: '',
        labelSelector,
        fieldSelector,
        fieldLabels: fieldLabels({}, RESOURCE),
      });
      const objects = await Promise.all([...checks].sort().map(([name, check]) => statusOf(name, check)));
      const selected = matches === undefined ? objects : objects.filter(matches);
      return { status: 200, headers: { 'content-type': encoder.contentType }, body: encoder.list(selected, {}) };
    },
    get: async (request) => {
      begin(request);
      const encoder = encoders.for(request, encoded);
      const { name } = request.info;
      const check = checks.get(name);
      if (check === undefined) throw StatusError.notFound({ group: '', resource: 'componentstatus' }, name);
      return { status: 200, headers: { 'content-type': encoder.contentType }, body: encoder.object(await statusOf(name, check)) };
    },
    watch: (request) => {
      begin(request);
      const message = `watch is not supported on resources of kind ${JSON.stringify(RESOURCE.resource)}`;
      throw StatusError.of('MethodNotAllowed', message, { kind: RESOURCE.resource });
    },
  };
}

async function statusOf(name: string, check: ComponentCheck): Promise<CachedObject> {
  const conditions = [{ type: 'Healthy', ...(await check()) }];
  const status = { kind: RESOURCE.kind, apiVersion: 'v1', metadata: { name }, conditions };
  return computedObject(status);
}
