import { StatusError } from '@keelson/apimachinery';
import type { Container, Service } from '@keelson/api';
import { container, pod } from '../testing/fixtures';
import { containerEnvironment, type EnvironmentSources } from './container-environment';
import { containerResource, podField } from './downward-api';

const metadata = (name: string, namespace: string) => ({ name, namespace, uid: '', resourceVersion: '', creationTimestamp: '' });

const service = (name: string, namespace: string, clusterIP = '10.96.0.7'): Service => ({
  metadata: metadata(name, namespace),
  spec: { clusterIP, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
});

const sources = (services: Service[] = []): EnvironmentSources => ({
  services: () => services,
  facts: { podIPs: ['10.0.0.5', 'fd00::5'], hostIPs: ['192.168.0.1'], allocatable: { cpu: '3900m', memory: '8Gi' } },
  objects: {
    configMap: (_, name) =>
      name === 'map'
        ? Promise.resolve({ metadata: metadata(name, 'default'), data: { A: 'map-a', B: 'map-b' } })
        : Promise.reject(StatusError.notFound({ group: '', resource: 'configmaps' }, name)),
    secret: () => Promise.resolve({ metadata: metadata('s', 'default'), data: { P: Buffer.from('pass').toString('base64') } }),
  },
});

const environment = async (more: Partial<Container>, services?: Service[], spec = {}) =>
  Object.fromEntries(await containerEnvironment(pod({ serviceAccountName: 'robot', ...spec }), container('web', more), sources(services)));

describe('containerEnvironment', () => {
  it('lets env win over envFrom, and expands what was set before', async () => {
    const env = await environment({
      envFrom: [{ configMapRef: { name: 'map' } }, { prefix: 'S_', secretRef: { name: 's' } }],
      env: [
        { name: 'A', value: 'own' },
        { name: 'C', value: '$(A)/$(B)/$(LATER)' },
        { name: 'LATER', value: 'x' },
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      ],
    });
    expect(env).toMatchObject({ A: 'own', B: 'map-b', S_P: 'pass', C: 'own/map-b/$(LATER)', IP: '10.0.0.5' });
  });

  it('tells of the Services of the namespace, and of the apiserver even without links', async () => {
    const services = [
      service('my-db', 'default'),
      service('other', 'elsewhere'),
      service('headless', 'default', 'None'),
      service('kubernetes', 'default', '10.96.0.1'),
    ];
    const env = await environment({}, services);
    expect(env).toMatchObject({
      MY_DB_SERVICE_HOST: '10.96.0.7',
      MY_DB_SERVICE_PORT_HTTP: '80',
      MY_DB_PORT_80_TCP: 'tcp://10.96.0.7:80',
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
    });
    expect(Object.keys(env).filter((name) => /OTHER|HEADLESS/.test(name))).toEqual([]);
    const bare = await environment({}, services, { enableServiceLinks: false });
    expect(Object.keys(bare).filter((name) => name.startsWith('MY_DB'))).toEqual([]);
    expect(bare['KUBERNETES_SERVICE_PORT']).toBe('80');
  });

  it('fails for what is missing and not optional, and leaves out what is optional', async () => {
    const missing = (optional?: boolean) => ({
      env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'gone', key: 'k', ...(optional === undefined ? {} : { optional }) } } }],
    });
    await expect(environment(missing())).rejects.toMatchObject({
      reason: 'CreateContainerConfigError',
      message: 'configmaps "gone" not found',
    });
    expect(await environment(missing(true))).toEqual({});
    const noKey = { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'map', key: 'k' } } }] };
    await expect(environment(noKey)).rejects.toThrow("couldn't find key k in ConfigMap default/map");
  });
});

describe('the downward API', () => {
  const { facts } = sources();

  it('formats labels sorted, one a line', () => {
    expect(podField(pod({}, { labels: { b: 'two "quoted"', a: 'one' } }), 'metadata.labels', facts)).toBe('a="one"\nb="two \\"quoted\\""');
    expect(podField(pod({}, { annotations: { 'x/y': 'z' } }), "metadata.annotations['x/y']", facts)).toBe('z');
    expect(podField(pod(), 'status.podIPs', facts)).toBe('10.0.0.5,fd00::5');
  });

  it('rounds resources up to the divisor, and takes what the node has where there is no limit', () => {
    const limited = container('web', { resources: { limits: { cpu: '250m', memory: '100Mi' } } });
    const value = (resource: string, divisor = '0', of = limited) => containerResource(pod(), of, { resource, divisor }, facts);
    expect(value('limits.cpu')).toBe('1');
    expect(value('limits.cpu', '1m')).toBe('250');
    expect(value('limits.memory', '1Gi')).toBe('1');
    expect(value('limits.cpu', '1m', container('web') as never)).toBe('3900');
    expect(value('requests.cpu', '1m', container('web') as never)).toBe('0');
  });
});
