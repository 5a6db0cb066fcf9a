import { requestInfoOf } from './request-info';

const info = (method: string, url: string) => {
  const { pathname, searchParams } = new URL(url, 'https://host');
  const { verb, apiGroup, apiVersion, namespace, resource, subresource, name, isResourceRequest } = requestInfoOf(
    method,
    pathname,
    searchParams,
  );
  return isResourceRequest ? { verb, apiGroup, apiVersion, namespace, resource, subresource, name } : { verb };
};

describe('requestInfoOf', () => {
  it.each([
    [
      'GET',
      '/api/v1/namespaces/a/pods/b/log',
      { verb: 'get', apiVersion: 'v1', namespace: 'a', resource: 'pods', subresource: 'log', name: 'b' },
    ],
    ['GET', '/api/v1/pods', { verb: 'list', apiVersion: 'v1', resource: 'pods' }],
    ['GET', '/api/v1/pods?watch=true', { verb: 'watch', apiVersion: 'v1', resource: 'pods' }],
    ['GET', '/api/v1/watch/pods', { verb: 'watch', apiVersion: 'v1', resource: 'pods' }],
    [
      'DELETE',
      '/apis/apps/v1/namespaces/a/deployments',
      { verb: 'deletecollection', apiGroup: 'apps', apiVersion: 'v1', namespace: 'a', resource: 'deployments' },
    ],
    ['PATCH', '/api/v1/namespaces/a', { verb: 'patch', apiVersion: 'v1', namespace: 'a', resource: 'namespaces', name: 'a' }],
    [
      'PUT',
      '/api/v1/namespaces/a/finalize',
      { verb: 'update', apiVersion: 'v1', namespace: 'a', resource: 'namespaces', name: 'a', subresource: 'finalize' },
    ],
    [
      'POST',
      '/api/v1/namespaces/a/pods/b/exec',
      { verb: 'create', apiVersion: 'v1', namespace: 'a', resource: 'pods', name: 'b', subresource: 'exec' },
    ],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Db', { verb: 'list', apiVersion: 'v1', resource: 'pods', name: 'b' }],
    ['GET', '/api/v1/nodes/n/proxy/logs/a', { verb: 'get', apiVersion: 'v1', resource: 'nodes', name: 'n', subresource: 'proxy' }],
  ])('reads %s %s', (method, url, expected) => {
    expect(info(method, url)).toEqual({ apiGroup: '', namespace: '', subresource: '', name: '', ...expected });
  });

  it.each(['/', '/healthz', '/api', '/api/v1', '/apis/apps', '/apis/apps/v1'])('takes %s as no resource', (path) => {
    expect(info('GET', path)).toEqual({ verb: 'get' });
  });
});
