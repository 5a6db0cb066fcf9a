import type { Container, Pod, PodSpec } from '../generated/core/v1';
import { defaultPod } from '../core/v1/pod/defaults';
import { storedMeta } from './problems';

/** A container of a valid pod. */
export function testContainer(fields: Partial<Container> = {}): Container {
  return { name: 'app', image: 'nginx:1.27', ...fields };
}

/** A valid pod, with defaults. */
export function testPod(spec: Partial<PodSpec> = {}, rest: Partial<Pod> = {}): Pod {
  const pod: Pod = { metadata: storedMeta(), spec: { containers: [testContainer()], ...spec }, ...rest };
  defaultPod(pod);
  return pod;
}
