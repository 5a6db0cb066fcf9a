import type { ReadonlyPod } from '../pod/types';
import type { MountedVolumes, PodVolumes } from './pod-volumes';

/** For a node without containers: every volume is there, and none touches the disk. */
export class NoVolumes implements PodVolumes {
  mount(pod: ReadonlyPod): Promise<MountedVolumes> {
    return Promise.resolve(new Map((pod.spec.volumes ?? []).map(({ name }) => [name, { hostPath: '/dev/null', readOnly: false }])));
  }

  tearDown(): Promise<void> {
    return Promise.resolve();
  }

  leftovers(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
}
