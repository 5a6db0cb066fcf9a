import { kinds } from '@keelson/api/server';
import { send } from '../testing/send';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

const POLICY = 'disallowed by cluster policy';
const SPEC = { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] };
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { ...SPEC, restartPolicy: 'Always' } };
const jobTemplate = { metadata: { labels }, spec: { ...SPEC, restartPolicy: 'Never' } };
const selector = { matchLabels: labels };

/** A privileged object of every kind that is or makes pods, by where it is created. */
const PRIVILEGED: Readonly<Record<string, object>> = {
  '/api/v1/namespaces/default/pods': { spec: SPEC },
  '/api/v1/namespaces/default/podtemplates': { template },
  '/api/v1/namespaces/default/replicationcontrollers': { spec: { selector: labels, template } },
  '/apis/apps/v1/namespaces/default/daemonsets': { spec: { selector, template } },
  '/apis/apps/v1/namespaces/default/deployments': { spec: { selector, template } },
  '/apis/apps/v1/namespaces/default/replicasets': { spec: { selector, template } },
  '/apis/apps/v1/namespaces/default/statefulsets': { spec: { selector, template, serviceName: 's' } },
  '/apis/batch/v1/namespaces/default/cronjobs': { spec: { schedule: '@daily', jobTemplate: { spec: { template: jobTemplate } } } },
  '/apis/batch/v1/namespaces/default/jobs': { spec: { template: jobTemplate } },
};

describe('a server without --allow-privileged', () => {
  let server: TestApiserver;
  beforeAll(async () => {
    server = await startTestApiserver({ config: { allowPrivileged: false } });
  });
  afterAll(() => server.stop());
  const create = (path: string, fields: object) => send(server, 'POST', path, { body: { metadata: { name: 'web' }, ...fields } });

  it.each(Object.entries(PRIVILEGED))('refuses privileged containers at %s, and nothing else of it', async (path, fields) => {
    const answer = (await create(path, fields)).json();
    expect(answer).toMatchObject({ code: 422, details: { causes: [{ reason: 'FieldValueForbidden', message: `Forbidden: ${POLICY}` }] } });
    expect(JSON.stringify(answer)).toContain('containers[0].securityContext.privileged');
    const harmless = JSON.parse(JSON.stringify(fields).replace('"privileged":true', '"privileged":false')) as object;
    expect((await create(path, harmless)).status).toBe(201);
  });

  it('knows where the pods of every such kind lie', () => {
    expect(kinds.filter(({ podSpecPath }) => podSpecPath !== undefined)).toHaveLength(Object.keys(PRIVILEGED).length);
  });

  it('lets nobody add a privileged container to debug with', async () => {
    const ephemeralContainers = [{ name: 'debug', image: 'i', securityContext: { privileged: true } }];
    const answer = await send(server, 'PATCH', '/api/v1/namespaces/default/pods/web/ephemeralcontainers', {
      body: { spec: { ephemeralContainers } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(answer.json()).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec.ephemeralContainers[0].securityContext.privileged' }] },
    });
  });

  it('refuses host processes, of the pod as well as of a container', async () => {
    const windowsOptions = { hostProcess: true };
    const spec = {
      hostNetwork: true,
      os: { name: 'windows' },
      containers: [{ name: 'c', image: 'i' }],
      securityContext: { windowsOptions },
    };
    const answer = await send(server, 'POST', '/api/v1/namespaces/default/pods', { body: { metadata: { name: 'w' }, spec } });
    expect(answer.json()).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec', message: `Forbidden: hostProcess containers are ${POLICY}` }] },
    });
  });
});
