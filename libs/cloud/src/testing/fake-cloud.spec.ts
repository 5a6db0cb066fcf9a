import { instancesConformance } from '../conformance/instances.conformance';
import { loadBalancerConformance } from '../conformance/load-balancer.conformance';
import { routesConformance } from '../conformance/routes.conformance';
import { FakeCloud } from './fake-cloud';

loadBalancerConformance('FakeCloud', () => new FakeCloud());
routesConformance('FakeCloud', () => new FakeCloud().routes);
instancesConformance('FakeCloud', () => {
  const cloud = new FakeCloud();
  cloud.machines.set('there', {});
  return cloud;
});
