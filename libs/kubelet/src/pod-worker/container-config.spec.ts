import type { Image } from '@keelson/container-runtime';
import { container, pod } from '../testing/fixtures';
import { qualityOfService } from '../pod/quality-of-service';
import { containerConfig } from './container-config';
import { containerResources, type NodeLimits } from './container-resources';

const node: NodeLimits = { memoryBytes: 8 * 2 ** 30, cpuQuota: true, cpuQuotaPeriod: 100_000, podMaxPIDs: -1 };
const image = (user: string): Image => ({ id: 'sha256:1', tags: [], digests: [], sizeBytes: 1, user });
const build = (more: Parameters<typeof container>[1], spec = {}, user = '') => {
  const made = container('web', more);
  const environment = new Map([['NAME', 'value']]);
  return containerConfig(pod({ containers: [made], ...spec }), made, {
    attempt: 2,
    image: image(user),
    imageReference: 'web:1',
    environment,
    mounts: [],
    node,
  });
};

describe('containerConfig', () => {
  it('expands variables in command and arguments', () => {
    expect(build({ command: ['run', '$(NAME)'], args: ['$$(NAME)', '$(NONE)'] })).toMatchObject({
      command: ['run', 'value'],
      args: ['$(NAME)', '$(NONE)'],
    });
  });

  it('names the log after the attempt', () => {
    expect(build({}).logPath).toBe('web/2.log');
  });

  it('lets the container override the pod, and adds the groups of the pod', () => {
    const { security } = build(
      { securityContext: { runAsUser: 5 } },
      { securityContext: { runAsUser: 1, runAsGroup: 2, fsGroup: 3, supplementalGroups: [4] } },
    );
    expect(security).toEqual({ runAsUser: 5, runAsGroup: 2, supplementalGroups: [3, 4] });
  });

  it.each([
    ['', 'image will run as root'],
    ['0', 'image will run as root'],
    ['nginx', 'non-numeric user (nginx)'],
  ])('refuses an image of user %j where root is forbidden', (user, why) => {
    expect(() => build({ securityContext: { runAsNonRoot: true } }, {}, user)).toThrow(why);
  });

  it('takes an image or a container with a user other than root where root is forbidden', () => {
    expect(() => build({ securityContext: { runAsNonRoot: true } }, {}, '1000:0')).not.toThrow();
    expect(() => build({ securityContext: { runAsNonRoot: true, runAsUser: 7 } })).not.toThrow();
  });
});

describe('containerResources', () => {
  const of = (resources: object) => {
    const made = container('web', { resources });
    return containerResources(pod({ containers: [made] }), made, node);
  };

  it('turns requests into shares and limits into quota and bytes', () => {
    expect(of({ requests: { cpu: '250m', memory: '2Gi' }, limits: { cpu: '500m', memory: '4Gi' } })).toEqual({
      cpuShares: 256,
      cpuQuota: 50_000,
      cpuPeriod: 100_000,
      memoryLimitBytes: 4 * 2 ** 30,
      oomScoreAdjust: 750,
    });
  });

  it('keeps to the least that the kernel takes', () => {
    expect(of({ limits: { cpu: '1m' } })).toMatchObject({ cpuShares: 2, cpuQuota: 1000 });
    expect(of({})).toEqual({ cpuShares: 2, oomScoreAdjust: 1000 });
  });

  it('protects a pod that is guaranteed what it uses', () => {
    expect(of({ limits: { cpu: '1', memory: '1Gi' } }).oomScoreAdjust).toBe(-997);
  });
});

describe('qualityOfService', () => {
  const of = (...all: object[]) =>
    qualityOfService(pod({ containers: all.map((resources, index) => container(`c${index}`, { resources })) }));
  const full = { limits: { cpu: '1', memory: '1Gi' } };

  it.each([
    [[{}], 'BestEffort'],
    [[{ requests: { cpu: '0' } }], 'BestEffort'],
    [[{ requests: { cpu: '1m' } }], 'Burstable'],
    [[full, full], 'Guaranteed'],
    [[full, {}], 'Burstable'],
    [[{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }], 'Guaranteed'],
  ])('of %j is %s', (all, quality) => {
    expect(of(...all)).toBe(quality);
  });
});
