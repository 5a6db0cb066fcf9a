import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster } from '../testing/cluster';
import { everyKubectl } from '../testing/kubectls';

const IMAGE = 'example.org/web:1';

let cluster: Cluster;
beforeAll(async () => void (cluster = await Cluster.up('--runtime', 'hollow', '--nodes', '3')));
afterAll(() => cluster.remove());

describe.each(everyKubectl())('kubectl $version', ({ path, version }) => {
  const namespace = version.replace(/[^a-z0-9]/g, '-');
  const kubectl = (...args: readonly string[]): Promise<string> => cluster.run(path, ['--namespace', namespace, ...args]);
  const field = (object: string, jsonpath: string): Promise<string> => kubectl('get', object, '-o', `jsonpath={${jsonpath}}`);

  beforeAll(async () => {
    await kubectl('create', 'namespace', namespace);
    await kubectl('create', 'deployment', 'web', `--image=${IMAGE}`, '--replicas=2');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  });
  afterAll(() => kubectl('delete', 'namespace', namespace, '--wait=false'));

  it('exposes and scales a deployment', async () => {
    expect(await kubectl('expose', 'deployment', 'web', '--port=80')).toBe('service/web exposed\n');
    await kubectl('scale', 'deployment', 'web', '--replicas=3', '--current-replicas=2');
    await kubectl('wait', 'deployment/web', '--for=jsonpath={.status.readyReplicas}=3', '--timeout=60s');
  });

  it('rolls out another image, shows the history and goes back', async () => {
    await kubectl('set', 'image', 'deployment/web', 'web=example.org/web:2');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/REVISION.*\n1 .*\n2 /);
    expect(await kubectl('rollout', 'history', 'deployment/web', '--revision=2')).toContain('example.org/web:2');
    await kubectl('rollout', 'undo', 'deployment/web');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await field('deployment/web', '.spec.template.spec.containers[0].image')).toBe(IMAGE);
    await kubectl('rollout', 'pause', 'deployment/web');
    await kubectl('rollout', 'resume', 'deployment/web');
    await kubectl('rollout', 'restart', 'deployment/web');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  });

  it('prints objects in every form, and describes them', async () => {
    expect(await kubectl('get', 'deployments', '-o', 'wide')).toMatch(
      /NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR/,
    );
    expect(await kubectl('get', 'pods', '-o', 'wide')).toMatch(/NAME +READY +STATUS +RESTARTS +AGE +IP +NODE/);
    expect(await kubectl('get', 'deployment', 'web', '-o', 'yaml')).toContain('kind: Deployment\n');
    expect(await kubectl('get', 'all', '-o', 'name')).toMatch(/^pod\/web-.*service\/web.*deployment.apps\/web.*replicaset.apps\/web-/s);
    expect(await kubectl('get', 'pods', '--sort-by=.metadata.name', '-o', 'custom-columns=N:.metadata.name')).toMatch(/^N\nweb-/);
    expect(await kubectl('describe', 'deployment', 'web')).toMatch(/Replicas:.*desired.*NewReplicaSet:.*Events:.*ScalingReplicaSet/s);
    expect(await kubectl('describe', 'pods')).toMatch(/Node:.*Conditions:.*Scheduled/s);
    expect(await kubectl('describe', 'nodes')).toMatch(/Capacity:.*Non-terminated Pods:.*Allocated resources:/s);
    expect(await kubectl('get', 'events')).toContain('Successfully assigned');
  });

  it('watches what changes', async () => {
    const watching = kubectl('get', 'configmaps', '--watch', '--output-watch-events', '--request-timeout=2s').catch(
      (error: unknown) => error,
    );
    await kubectl('create', 'configmap', 'seen', '--from-literal=a=1');
    await kubectl('delete', 'configmap', 'seen');
    const shown = await watching;
    const output = typeof shown === 'string' ? shown : (shown as { readonly stdout: string }).stdout;
    expect(output).toMatch(/ADDED +seen.*DELETED +seen/s);
  });

  it('patches in each of the three ways, and edits', async () => {
    await kubectl(
      'patch',
      'deployment',
      'web',
      '--type=strategic',
      '-p',
      '{"spec":{"template":{"spec":{"containers":[{"name":"web","tty":true}]}}}}',
    );
    expect(await field('deployment/web', '.spec.template.spec.containers[*].image')).toBe(IMAGE);
    await kubectl('patch', 'deployment', 'web', '--type=merge', '-p', '{"metadata":{"labels":{"tier":"front"}}}');
    await kubectl(
      'patch',
      'deployment',
      'web',
      '--type=json',
      '-p',
      '[{"op":"test","path":"/metadata/labels/tier","value":"front"},{"op":"remove","path":"/metadata/labels/tier"}]',
    );
    expect(await field('deployment/web', '.metadata.labels')).toBe('{"app":"web"}');
    await cluster.run(path, ['-n', namespace, 'edit', 'service', 'web'], { KUBE_EDITOR: 'sed -i s/port:.80$/port:\\ 81/' });
    expect(await field('service/web', '.spec.ports[0].port')).toBe('81');
  });

  it('labels, annotates and taints', async () => {
    await kubectl('label', 'deployment', 'web', 'tier=back');
    await expect(kubectl('label', 'deployment', 'web', 'tier=front')).rejects.toThrow("'tier' already has a value (back)");
    expect(await kubectl('get', 'deployments', '-l', 'tier in (back)', '-o', 'name')).toBe('deployment.apps/web\n');
    await kubectl('annotate', 'deployment', 'web', 'note=one', '--overwrite');
    expect(await field('deployment/web', '.metadata.annotations.note')).toBe('one');
    await kubectl('taint', 'nodes', '--all', 'busy=yes:PreferNoSchedule');
    await kubectl('taint', 'nodes', '--all', 'busy:PreferNoSchedule-');
  });

  it('cordons and drains a node, whose pods move to another', async () => {
    const [node = ''] = (await field('pods', '.items[*].spec.nodeName')).split(' ');
    await kubectl('drain', node, '--ignore-daemonsets', '--force', '--timeout=60s');
    expect(await field(`node/${node}`, '.spec.unschedulable')).toBe('true');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect((await field('pods', '.items[*].spec.nodeName')).split(' ')).not.toContain(node);
    await kubectl('uncordon', node);
  });

  it('explains, lists what is served, and says who may do what', async () => {
    expect(await kubectl('explain', 'deployment.spec.replicas')).toMatch(/KIND: +Deployment.*replicas <integer>|FIELD: replicas.*integer/s);
    expect(await kubectl('api-resources', '--namespaced=false')).toMatch(/nodes +no +v1 +false +Node/);
    expect(await kubectl('api-versions')).toContain('apps/v1\n');
    expect(await kubectl('auth', 'can-i', 'create', 'pods')).toBe('yes\n');
    await expect(kubectl('auth', 'can-i', 'create', 'pods', `--as=system:serviceaccount:${namespace}:default`)).rejects.toMatchObject({
      stdout: 'no\n',
    });
    expect(await kubectl('version', '-o', 'json')).toContain('"serverVersion"');
  });

  it('applies a manifest, shows how another differs, and drops the fields that it no longer has', async () => {
    const file = join(cluster.folder, `${namespace}.json`);
    const manifest = (data: Record<string, string>) =>
      writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data }));
    await manifest({ a: '1', b: '2' });
    expect(await kubectl('apply', '-f', file)).toBe('configmap/applied created\n');
    expect(await kubectl('apply', '-f', file)).toBe('configmap/applied unchanged\n');
    await manifest({ a: '3' });
    await expect(kubectl('diff', '-f', file)).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/- {2}b: "2"/) as unknown });
    await kubectl('apply', '-f', file);
    expect(await field('configmap/applied', '.data')).toBe('{"a":"3"}');
    await kubectl('replace', '-f', file);
    expect(await kubectl('create', '-f', file, '--dry-run=client', '-o', 'name')).toBe('configmap/applied\n');
  });

  it('deletes an owner with, before and without what it owns', async () => {
    const owned = async (name: string): Promise<string> => kubectl('get', 'replicasets', '-l', `app=${name}`, '-o', 'name');
    for (const [name, cascade, remains] of [
      ['background', 'background', ''],
      ['foreground', 'foreground', ''],
      ['orphan', 'orphan', 'replicaset.apps/orphan-'],
    ] as const) {
      await kubectl('create', 'deployment', name, `--image=${IMAGE}`);
      await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
      await kubectl('delete', 'deployment', name, `--cascade=${cascade}`, '--timeout=60s');
      await cluster.until(
        () => owned(name),
        (text) => (remains === '' ? text === '' : text.startsWith(remains)),
      );
    }
  });

  it('runs a pod and waits for its end', async () => {
    await kubectl('run', 'once', `--image=${IMAGE}`, '--restart=Never', '--', 'sh', '-c', 'exit 0');
    await kubectl('wait', 'pod/once', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s');
    await kubectl('delete', 'pod', 'once');
    await expect(kubectl('get', 'pod', 'once')).rejects.toThrow('Error from server (NotFound): pods "once" not found');
  });
});
