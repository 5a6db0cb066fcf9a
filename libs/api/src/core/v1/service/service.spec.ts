import type { Service, ServiceSpec } from '../../../generated/core/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { defaultService } from './defaults';
import { prepareForUpdate } from './prepare';
import { validateServiceStatusUpdate } from './status';
import { columns } from './table';
import { validateService, validateServiceUpdate } from './validation';

function testService(spec: ServiceSpec = {}, rest: Partial<Service> = {}): Service {
  const service: Service = {
    metadata: storedMeta(),
    spec: { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], ports: [{ port: 80 }], ...spec },
    ...rest,
  };
  if (service.spec.type === 'ExternalName') {
    delete service.spec.clusterIP;
    delete service.spec.clusterIPs;
  }
  defaultService(service);
  return service;
}
const onService = (spec: ServiceSpec) => problems((path, errors) => validateService(testService(spec), path, errors));
const onUpdate = (next: ServiceSpec, previous: ServiceSpec) =>
  problems((path, errors) => validateServiceUpdate(testService(next), testService(previous), path, errors));

describe('defaultService', () => {
  it('aims a port at itself, and lets any node answer from outside', () => {
    expect(testService({ type: 'NodePort' }).spec).toMatchObject({
      sessionAffinity: 'None',
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
  });
});

describe('validateService', () => {
  it('accepts every type with defaults', () => {
    expect(onService({})).toEqual([]);
    expect(onService({ type: 'LoadBalancer' })).toEqual([]);
    expect(onService({ type: 'ExternalName', externalName: 'example.com', ports: [] })).toEqual([]);
    expect(onService({ clusterIP: 'None', clusterIPs: ['None'], ports: [] })).toEqual([]);
  });

  it('wants names for several ports, and no pair of protocol and port twice', () => {
    const ports = [
      { name: 'a', port: 80 },
      { port: 80, nodePort: 30000 },
    ];
    expect(onService({ ports })).toEqual([
      'spec.ports[1].name: Required value',
      "spec.ports[1].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
      'spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}',
    ]);
  });

  it('takes one address of each family at most', () => {
    expect(onService({ clusterIPs: ['10.96.0.9', '10.96.0.10'] })).toEqual([
      'spec.clusterIPs: Invalid value: ["10.96.0.9","10.96.0.10"]: may specify no more than one IP for each IP family',
    ]);
    expect(onService({ clusterIPs: ['10.96.0.9', 'fd00::9'], ipFamilies: ['IPv6', 'IPv4'] })).toEqual([
      'spec.clusterIPs[0]: Invalid value: "10.96.0.9": expected an IPv6 value as indicated by `ipFamilies[0]`',
      'spec.clusterIPs[1]: Invalid value: "fd00::9": expected an IPv4 value as indicated by `ipFamilies[1]`',
    ]);
  });

  it('keeps the fields of one type out of the others', () => {
    expect(onService({ loadBalancerClass: 'x', allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Local' })).toEqual([
      "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
      "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ]);
    expect(onService({ type: 'NodePort', clusterIP: 'None', clusterIPs: ['None'] })).toEqual([
      'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services',
    ]);
  });

  it('refuses an external address that only the host itself has', () => {
    expect(onService({ externalIPs: ['127.0.0.1'] })).toEqual([
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ]);
  });
});

describe('validateServiceUpdate', () => {
  it('keeps the address', () => {
    expect(onUpdate({ clusterIP: '10.96.0.8', clusterIPs: ['10.96.0.8'] }, {})).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set',
    ]);
  });

  it('releases the second address only to a single stack', () => {
    const both = { clusterIPs: ['10.96.0.9', 'fd00::9'] };
    expect(onUpdate({ ipFamilyPolicy: 'SingleStack' }, both)).toEqual([]);
    expect(onUpdate({ ipFamilyPolicy: 'PreferDualStack' }, both)).toEqual([
      'spec.ipFamilyPolicy: Invalid value: "PreferDualStack": must be set to \'SingleStack\' when releasing the secondary clusterIP',
    ]);
  });
});

describe('the update of a Service', () => {
  const update = (next: Service, previous: Service) => {
    prepareForUpdate(next, previous);
    return next.spec;
  };

  it('keeps allocated addresses and ports that the client left out', () => {
    const previous = testService({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    const next = testService({ type: 'NodePort', ports: [{ port: 80 }, { port: 81, name: 'b' }] });
    delete next.spec.clusterIP;
    delete next.spec.clusterIPs;
    expect(update(next, previous)).toMatchObject({
      clusterIP: '10.96.0.9',
      clusterIPs: ['10.96.0.9'],
      ports: [{ nodePort: 30080 }, { port: 81 }],
    });
  });

  it('does not give a port the node port that another one asks for', () => {
    const previous = testService({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    const next = testService({ type: 'NodePort', ports: [{ port: 80 }, { port: 81, nodePort: 30080 }] });
    expect(update(next, previous).ports?.[0]?.nodePort).toBeUndefined();
  });

  it('lets go of what the new type has no use for', () => {
    const previous = testService({ type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30080 }] });
    const next = structuredClone(previous);
    next.spec.type = 'ClusterIP';
    const spec = update(next, previous);
    expect(spec.ports?.[0]?.nodePort).toBeUndefined();
    expect(spec.allocateLoadBalancerNodePorts).toBeUndefined();
    expect(spec.externalTrafficPolicy).toBeUndefined();
    expect(problems((path, errors) => validateService(next, path, errors))).toEqual([]);
  });
});

describe('the status of a Service', () => {
  const onStatus = (type: string, ...ingress: NonNullable<NonNullable<Service['status']>['loadBalancer']>['ingress'] & object) => {
    const next = { ...testService({ type }), status: { loadBalancer: { ingress } } };
    return problems((path, errors) => validateServiceStatusUpdate(next, next, path, errors));
  };

  it('has addresses only if a load balancer may have given them', () => {
    expect(onStatus('LoadBalancer', { ip: '192.0.2.1', ipMode: 'VIP' }, { hostname: 'lb.example.com' })).toEqual([]);
    expect(onStatus('ClusterIP', { ip: '192.0.2.1' })).toEqual([
      "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
    ]);
    expect(onStatus('LoadBalancer', { ip: '192.0.2.1' }, { hostname: '192.0.2.1' })).toEqual([
      'status.loadBalancer.ingress[0].ipMode: Required value: must be specified when `ip` is set',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "192.0.2.1": must be a DNS name, not an IP address',
    ]);
  });
});

describe('the table of Services', () => {
  const row = (service: Service) => columns.map((column) => column.value(service, { age: () => '5m', now: () => 0 }));
  it('shows ports with node ports, and addresses of a load balancer', () => {
    const spec = { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30080 }], selector: { app: 'web' } };
    expect(row(testService(spec))).toEqual(['web', 'LoadBalancer', '10.96.0.9', '<pending>', '80:30080/TCP', '5m', 'app=web']);
    const balanced = testService(spec, { status: { loadBalancer: { ingress: [{ ip: '192.168.100.100' }, { ip: '192.168.100.101' }] } } });
    expect(row(balanced)[3]).toBe('192.168.100.1...');
  });
});
