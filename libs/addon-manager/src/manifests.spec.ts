import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseManifests, readManifests } from './manifests';

const object = (name: string, labels: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  labels: ${labels}\n`;
const RECONCILE = '{addonmanager.kubernetes.io/mode: Reconcile}';

const modes = (text: string) => parseManifests('a.yaml', text).manifests.map(({ name, mode }) => `${name} ${mode}`);

describe('parseManifests', () => {
  it('takes several documents, lists, and JSON', () => {
    expect(modes([object('one', RECONCILE), '# nothing\n', object('two', RECONCILE)].join('---\n'))).toEqual([
      'one Reconcile',
      'two Reconcile',
    ]);
    const items = ['three', 'four'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { 'addonmanager.kubernetes.io/mode': 'EnsureExists' } },
    }));
    expect(modes(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))).toEqual(['three EnsureExists', 'four EnsureExists']);
  });

  it('heeds the label that came before, and leaves out what has neither', () => {
    const labels = [
      '{kubernetes.io/cluster-service: "true"}',
      '{kubernetes.io/cluster-service: "true", addonmanager.kubernetes.io/mode: EnsureExists}',
      '{}',
      '{addonmanager.kubernetes.io/mode: Other}',
    ];
    expect(modes(labels.map((each, index) => object(`a${index}`, each)).join('---\n'))).toEqual(['a0 Reconcile', 'a1 EnsureExists']);
  });

  it('says what is wrong with a document, and takes the others', () => {
    const { manifests, problems } = parseManifests(
      'a.yaml',
      [object('one', RECONCILE), 'a: [1\n', 'kind: Pod\n', object('two', RECONCILE)].join('---\n'),
    );
    expect(manifests.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(problems).toEqual([
      expect.stringMatching(/^a\.yaml, document 2 is not valid YAML: /),
      'a.yaml, document 3: an object must have apiVersion and kind',
    ]);
    expect(parseManifests('b.json', '{"apiVersion":"v1","kind":"Pod","metadata":{}}').problems).toEqual([
      'b.json: Pod must have metadata.name',
    ]);
    expect(parseManifests('c.yaml', 'just text').problems).toEqual(['c.yaml: an object was expected: "just text"']);
  });
});

describe('readManifests', () => {
  it('goes through a folder and those in it, by name, and takes no other files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'manifests-'));
    await mkdir(join(folder, 'b'));
    await Promise.all([
      writeFile(join(folder, 'b/2.yml'), object('second', RECONCILE)),
      writeFile(join(folder, 'a.yaml'), object('first', RECONCILE)),
      writeFile(join(folder, 'c.json'), '{'),
      writeFile(join(folder, 'a.yaml.swp'), object('other', RECONCILE)),
    ]);
    const { manifests, problems } = await readManifests(folder);
    expect(manifests.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(problems).toEqual([expect.stringContaining('c.json is not valid YAML')]);
    await rm(folder, { recursive: true });
    await expect(readManifests(folder)).rejects.toThrow('ENOENT');
  });
});
