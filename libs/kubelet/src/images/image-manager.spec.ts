import { FakeClock, StatusError } from '@keelson/apimachinery';
import type { RegistryCredentials } from '@keelson/container-runtime';
import { PodEvents } from '../pod-worker/pod-events';
import { container, pod } from '../testing/fixtures';
import { ScriptedRuntime } from '../testing/scripted-runtime';
import { ImageManager } from './image-manager';
import { isLatest, parseImageReference } from './image-reference';
import { credentialsFor } from './registry-credentials';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const pullSecret = (auths: object) => ({
  metadata: { name: 'pull', uid: '', resourceVersion: '', creationTimestamp: '' },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': base64(JSON.stringify({ auths })) },
});

describe('ImageManager', () => {
  let clock: FakeClock;
  let runtime: ScriptedRuntime;
  let events: string[];
  let images: ImageManager;
  const web = (image: string, imagePullPolicy?: string) =>
    container('web', { image, ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }) });

  beforeEach(() => {
    clock = new FakeClock();
    runtime = new ScriptedRuntime(clock);
    events = [];
    images = new ImageManager({
      runtime,
      clock,
      objects: {
        configMap: () => Promise.reject(new Error('unused')),
        secret: (_, name) =>
          name === 'pull'
            ? Promise.resolve(pullSecret({ 'registry.test': { auth: base64('user:pass') } }))
            : Promise.reject(StatusError.notFound({ group: '', resource: 'secrets' }, name)),
      },
      events: new PodEvents({ event: (_, type, reason, message) => void events.push(`${type} ${reason}: ${message}`) }),
      signal: new AbortController().signal,
      maxParallelPulls: 1,
    });
  });

  it.each([
    ['a:1', undefined, false],
    ['a:latest', undefined, true],
    ['a', undefined, true],
    ['a:1', 'Always', true],
    ['a:latest', 'IfNotPresent', false],
    ['a', 'Never', false],
  ])('with image %s and policy %s, an image that is present is pulled again: %s', async (image, policy, pulled) => {
    runtime.presentImages.add(image);
    await images.ensure(pod(), web(image, policy));
    expect(runtime.calls).toEqual(pulled ? [`pull ${image}`] : []);
  });

  it('backs off after failures, longer each time, and pulls again after the wait', async () => {
    runtime.onPull = () => Promise.reject(new Error('manifest unknown'));
    await expect(images.ensure(pod(), web('a:1'))).rejects.toMatchObject({ reason: 'ErrImagePull', message: 'manifest unknown' });
    await expect(images.ensure(pod(), web('a:1'))).rejects.toMatchObject({
      reason: 'ImagePullBackOff',
      message: 'Back-off pulling image "a:1": ErrImagePull: manifest unknown',
      retryAfter: 10_000,
    });
    await clock.advance(10_000);
    await expect(images.ensure(pod(), web('a:1'))).rejects.toMatchObject({ reason: 'ErrImagePull' });
    await expect(images.ensure(pod(), web('a:1'))).rejects.toMatchObject({ retryAfter: 20_000 });
    expect(events).toContain('Normal BackOff: Back-off pulling image "a:1"');
    expect(events).toContain('Warning Failed: Error: ImagePullBackOff');
    runtime.onPull = () => Promise.resolve();
    await clock.advance(20_000);
    await expect(images.ensure(pod(), web('a:1'))).resolves.toMatchObject({ tags: ['a:1'] });
  });

  it('says so when the name is invalid, or a missing image must not be pulled', async () => {
    await expect(images.ensure(pod(), web('UPPER:1'))).rejects.toMatchObject({ reason: 'InvalidImageName' });
    await expect(images.ensure(pod(), web('a:1', 'Never'))).rejects.toMatchObject({ reason: 'ErrImageNeverPull' });
    expect(events.filter((event) => event.startsWith('Warning Failed'))).toEqual([
      'Warning Failed: Error: InvalidImageName',
      'Warning Failed: Error: ErrImageNeverPull',
    ]);
  });

  it('uses the credentials of the pod, and goes on without a secret that is missing', async () => {
    const used: (RegistryCredentials | undefined)[] = [];
    runtime.onPull = (_, credentials) => Promise.resolve(void used.push(credentials));
    await images.ensure(pod({ imagePullSecrets: [{ name: 'gone' }, { name: 'pull' }] }), web('registry.test/a:1'));
    expect(used).toEqual([{ username: 'user', password: 'pass', serverAddress: 'registry.test' }]);
    expect(events[1]).toContain('FailedToRetrieveImagePullSecret');
  });

  it('pulls no more images at once than it may', async () => {
    const releases: (() => void)[] = [];
    runtime.onPull = () => new Promise((resolve) => releases.push(resolve));
    const both = Promise.all([images.ensure(pod(), web('a:1')), images.ensure(pod({}, { uid: 'other' }), web('b:1'))]);
    await clock.advance(0);
    expect(runtime.calls).toEqual(['pull a:1']);
    releases[0]!();
    await clock.advance(0);
    expect(runtime.calls).toEqual(['pull a:1', 'pull b:1']);
    releases[1]!();
    await both;
  });
});

describe('parseImageReference', () => {
  it.each([
    ['nginx', { registry: 'docker.io', repository: 'library/nginx' }],
    ['a/b:1', { registry: 'docker.io', repository: 'a/b', tag: '1' }],
    ['localhost:5000/a', { registry: 'localhost:5000', repository: 'a' }],
    [`r.io/a/b@sha256:${'0'.repeat(64)}`, { registry: 'r.io', repository: 'a/b', digest: `sha256:${'0'.repeat(64)}` }],
  ])('reads %s', (text, parts) => {
    expect(parseImageReference(text)).toMatchObject(parts);
  });

  it.each(['', 'A', 'a:', 'a:b:c', 'a//b', 'a@sha256:xyz', 'a b'])('refuses %j', (text) => {
    expect(parseImageReference(text)).toBeUndefined();
  });

  it('takes a digest as never the latest', () => {
    expect(isLatest(parseImageReference(`a@sha256:${'0'.repeat(64)}`)!)).toBe(false);
  });
});

describe('credentialsFor', () => {
  const reference = parseImageReference('reg.example.com/team/app:1')!;
  const users = (auths: object) => credentialsFor(reference, [pullSecret(auths)]).map(({ username }) => username);
  const user = (name: string) => ({ username: name, password: 'p' });

  it('prefers the longest path, and matches a host with wildcards', () => {
    expect(
      users({
        'reg.example.com': user('host'),
        'reg.example.com/team': user('team'),
        'reg.example.com/other': user('no'),
        '*.example.com': user('any'),
      }),
    ).toEqual(['team', 'host', 'any']);
  });

  it('knows the old names of Docker Hub, and passes over what is malformed', () => {
    const hub = parseImageReference('nginx')!;
    expect(credentialsFor(hub, [pullSecret({ 'https://index.docker.io/v1/': user('hub') })])).toHaveLength(1);
    expect(credentialsFor(hub, [{ ...pullSecret({}), data: { '.dockerconfigjson': base64('{') } }])).toEqual([]);
  });
});
