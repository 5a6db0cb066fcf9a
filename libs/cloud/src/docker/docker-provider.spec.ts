import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services, type Service, type ServiceSpec } from '@keelson/api';
import { FakeClock, parseCidr } from '@keelson/apimachinery';
import { FakeApi, testInformers } from '@keelson/controller-runtime/testing';
import { instancesConformance } from '../conformance/instances.conformance';
import { loadBalancerConformance } from '../conformance/load-balancer.conformance';
import { readDockerConfig } from './docker-config';
import { DockerInstances } from './docker-instances';
import { DockerLoadBalancer } from './docker-load-balancer';

const range = (text: string) => parseCidr(text)!;

loadBalancerConformance('DockerLoadBalancer', (informer) => new DockerLoadBalancer(range('10.97.0.0/24'), informer));
instancesConformance('DockerInstances', () => new DockerInstances(new Set(['there'])));

describe('DockerLoadBalancer', () => {
  let api: FakeApi;
  let abort: AbortController;
  beforeEach(() => {
    api = new FakeApi({ clock: new FakeClock() });
    abort = new AbortController();
  });
  afterEach(() => abort.abort());

  const service = (name: string, spec: Partial<ServiceSpec> = {}, ip?: string): Service =>
    api.add(services, {
      metadata: { namespace: 'default', name },
      spec: { type: 'LoadBalancer', ...spec },
      ...(ip === undefined ? {} : { status: { loadBalancer: { ingress: [{ ip }] } } }),
    });
  /** The balancer of a process that has just started, with what the API has. */
  const start = async (text = '10.97.0.0/24') => {
    const clock = new FakeClock();
    const informers = await testInformers(api, { clock, signal: abort.signal, resources: [services] });
    const balancer = new DockerLoadBalancer(range(text), informers.informer(services));
    return (one: Service) => balancer.ensure({ clusterName: 'c', service: one, signal: abort.signal }).ingress?.[0]?.ip;
  };

  it('keeps after a restart what Services have, and gives it to no other', async () => {
    const old = service('old', {}, '10.97.0.1');
    const fresh = service('fresh');
    const ensure = await start();
    expect(ensure(fresh)).toBe('10.97.0.2');
    expect(ensure(old)).toBe('10.97.0.1');
  });

  it('gives the address that a Service asks for, unless it is of another Service or out of range', async () => {
    service('old', {}, '10.97.0.7');
    const ensure = await start();
    expect(ensure(service('nine', { loadBalancerIP: '10.97.0.9' }))).toBe('10.97.0.9');
    expect(() => ensure(service('seven', { loadBalancerIP: '10.97.0.7' }))).toThrow('10.97.0.7 is the address of another Service');
    expect(() => ensure(service('far', { loadBalancerIP: '192.0.2.1' }))).toThrow('is not within 10.97.0.0/24');
  });

  it('gives neither first nor last address, and says so when none is left', async () => {
    const ensure = await start('10.97.0.0/30');
    expect([ensure(service('a')), ensure(service('b'))]).toEqual(['10.97.0.1', '10.97.0.2']);
    expect(() => ensure(service('c'))).toThrow('all addresses of 10.97.0.0/30 are given to Services');
  });

  it('takes a new address when the range was changed', async () => {
    const ensure = await start('10.98.0.0/24');
    expect(ensure(service('old', {}, '10.97.0.1'))).toBe('10.98.0.1');
  });

  it('refuses a Service without the family of its range', async () => {
    const ensure = await start();
    expect(() => ensure(service('six', { ipFamilies: ['IPv6'] }))).toThrow('load balancers have IPv4 addresses only');
  });
});

describe('DockerInstances', () => {
  it('says nothing about the node of another cloud, so that nobody deletes it', () => {
    const node = {
      metadata: { name: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
      spec: { providerID: 'aws:///zone/i-1' },
    };
    expect(() => new DockerInstances(new Set()).exists(node)).toThrow('node n is not of the docker cloud');
  });
});

describe('readDockerConfig', () => {
  it.each([
    ['10.97.0.1/24', 'must be a network such as'],
    ['10.97.0.0/31', 'must have a prefix of at most 30'],
  ])('refuses the range %s', async (text, why) => {
    const folder = await mkdtemp(join(tmpdir(), 'keelson-cloud-'));
    const path = join(folder, 'cloud.yaml');
    const head = 'apiVersion: docker.cloudprovider.keelson.dev/v1alpha1\nkind: DockerCloudConfiguration\n';
    await writeFile(path, `${head}loadBalancerCIDR: ${text}\n`);
    await expect(readDockerConfig(path)).rejects.toThrow(`${path}: loadBalancerCIDR: ${why}`);
    await rm(folder, { recursive: true });
  });
});
