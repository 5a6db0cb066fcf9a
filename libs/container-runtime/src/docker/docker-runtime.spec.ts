import { Readable } from 'node:stream';
import Docker from 'dockerode';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { systemClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { containerRuntimeConformance } from '../conformance/container-runtime.conformance';
import { RuntimeUnavailable } from '../runtime-errors';
import { DockerRuntime } from './docker-runtime';
import { LABEL } from './names';
import { openDockerRuntime } from './open-docker-runtime';

const SOCKET = '/var/run/docker.sock';
const BUSYBOX = '/bin/busybox';
const NODE = `spec-${process.pid}`;
const IMAGE = `keelson/spec-${process.pid}:1`;

const missing = [SOCKET, BUSYBOX].filter((path) => !existsSync(path));

const open = () => new DockerRuntime({ docker: new Docker({ socketPath: SOCKET }), node: NODE, clock: systemClock, log: silentLogger });

if (missing.length > 0 || process.getuid?.() !== 0) {
  it.skip(`needs root, and ${missing.join(' and ')}`, () => undefined);
} else {
  jest.setTimeout(15_000);
  const docker = new Docker({ socketPath: SOCKET });
  containerRuntimeConformance('docker', {
    capabilities: open().capabilities,
    open,
    image: IMAGE,
    setUp: () => importBusybox(docker),
    tearDown: async () => {
      for (const { Id: id } of await docker.listContainers({ all: true, filters: { label: [`${LABEL.node}=${NODE}`] } }))
        await docker.getContainer(id).remove({ force: true, v: true });
      await docker.getImage(IMAGE).remove({ force: true });
    },
  });
}

it('tells an engine that is away from one that refuses', async () => {
  const runtime = await openDockerRuntime({ node: NODE, socketPath: '/nonexistent/docker.sock', clock: systemClock, log: silentLogger });
  await expect(runtime.check()).rejects.toBeInstanceOf(RuntimeUnavailable);
});

async function importBusybox(docker: Docker): Promise<void> {
  const tar = pack();
  for (const directory of ['bin', 'tmp', 'proc', 'sys', 'dev', 'etc', 'data'])
    tar.entry({ name: directory, type: 'directory', mode: 0o755 });
  tar.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(BUSYBOX));
  for (const applet of ['sh', 'cat', 'sleep']) tar.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  tar.finalize();
  const [repo, tag] = IMAGE.split(':');
  await text(await docker.importImage(Readable.from(tar), { repo, tag }));
}
