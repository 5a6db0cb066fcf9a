import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keelson-types-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(join(ROOT, 'dist'), join(folder, 'node_modules/keelson'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Has TypeScript check a program that lies in a project where keelson is installed. @returns what it complains of */
async function complaints(program: string): Promise<string> {
  const file = join(folder, 'program.mts');
  await writeFile(file, program);
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--ignoreConfig'];
  return spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, file], { cwd: folder, encoding: 'utf8' })
    .stdout;
}

describe('keelson/testing', () => {
  it('has declarations that a TypeScript program type-checks with', async () => {
    const program = `
      import { createTestCluster, type KubernetesObject, type Resource, type TestCluster } from 'keelson/testing';
      interface ConfigMap extends KubernetesObject { data?: Record<string, string> }
      const configMaps: Resource<ConfigMap> = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true };
      const cluster: TestCluster = await createTestCluster({ nodes: 2 });
      const made = await cluster.client.resource(configMaps).create({ metadata: { namespace: 'default', name: 'a' }, data: { key: 'value' } });
      const value: string | undefined = made.data?.['key'];
      for await (const event of cluster.client.resource(configMaps).watch({ namespace: 'default' }))
        if (event.type === 'DELETED') break;
      await cluster.stop();
      export { value };
    `;
    expect(await complaints(program)).toBe('');
  });

  it('has declarations that refuse what is not there', async () => {
    const program = `import { createTestCluster } from 'keelson/testing'; await createTestCluster({ nodes: 'two' });`;
    expect(await complaints(program)).toMatch(/Type 'string' is not assignable to type 'number'/);
  });
});
