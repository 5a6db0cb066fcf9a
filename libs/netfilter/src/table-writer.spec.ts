import { execFileSync } from 'node:child_process';
import { createNft, type RunNft } from './nft';
import { readTable } from './read-table';
import { emptyTable, type Table } from './table';
import { stateOf } from './table-state';
import { TableWriter } from './table-writer';

const missing = whatIsMissing();
const describeOnKernel = missing === undefined ? describe : describe.skip;

describeOnKernel(`TableWriter on the kernel's nftables${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const netns = `keelson-nft-${process.pid.toString()}`;
  const nft = createNft({ netns });
  let scripts: string[];
  const recording: RunNft = (args, input) => {
    if (args[0] === '-f') scripts.push(input ?? '');
    return nft(args, input);
  };

  beforeEach(() => {
    scripts = [];
    execFileSync('ip', ['netns', 'add', netns]);
  });
  afterEach(() => {
    execFileSync('ip', ['netns', 'delete', netns]);
  });

  it('reads back exactly what it has written', async () => {
    const table = serviceTable();
    await new TableWriter(recording, table).apply(table);
    expect(await readTable(nft, table)).toEqual(stateOf(table));
  });

  it('writes nothing after a restart if nothing has changed', async () => {
    await new TableWriter(recording, serviceTable()).apply(serviceTable());
    scripts = [];
    expect(await new TableWriter(recording, serviceTable()).apply(serviceTable())).toBe(0);
    expect(scripts).toEqual([]);
  });

  it('writes one element if one endpoint moves', async () => {
    const writer = new TableWriter(recording, serviceTable());
    await writer.apply(serviceTable());
    scripts = [];
    const moved = serviceTable({ endpoint: '10.244.0.9 . 8080' });
    await writer.apply(moved);
    expect(scripts.join('').trim().split('\n')).toEqual([
      'add table ip keelson-test',
      'delete element ip keelson-test endpoints { 10.96.0.1 . tcp . 80 : 10.244.0.2 . 8080 }',
      'add element ip keelson-test endpoints { 10.96.0.1 . tcp . 80 : 10.244.0.9 . 8080 }',
    ]);
    expect(await readTable(nft, moved)).toEqual(stateOf(moved));
  });

  it('removes chains, maps and sets together with the rules and verdicts that refer to them', async () => {
    const writer = new TableWriter(recording, serviceTable());
    await writer.apply(serviceTable());
    const empty = emptyTable('ip', 'keelson-test');
    await writer.apply(empty);
    expect(await readTable(nft, empty)).toEqual(stateOf(empty));
  });

  it('makes the table anew if the type of a map has changed', async () => {
    const writer = new TableWriter(recording, serviceTable());
    await writer.apply(serviceTable());
    const retyped: Table = {
      ...emptyTable('ip', 'keelson-test'),
      maps: new Map([['endpoints', { keyType: 'ipv4_addr', valueType: 'ipv4_addr', elements: new Map([['10.0.0.1', '10.0.0.2']]) }]]),
    };
    await writer.apply(retyped);
    expect(await readTable(nft, retyped)).toEqual(stateOf(retyped));
  });

  it('names the line that nft refuses, leaves the kernel as it was, and recovers with the next table', async () => {
    const writer = new TableWriter(recording, serviceTable());
    await writer.apply(serviceTable());
    const wrong: Table = { ...serviceTable(), chains: new Map([['broken', { rules: ['ip daddr nonsense! drop'] }]]) };
    await expect(writer.apply(wrong)).rejects.toThrow(/at "add rule ip keelson-test broken ip daddr nonsense! drop/);
    expect(await readTable(nft, wrong)).toEqual(stateOf(serviceTable()));
    expect(await writer.apply(serviceTable())).toBe(0);
  });

  it('mends what others did to the table: at once where it is in the way of a change, otherwise when told to look', async () => {
    const writer = new TableWriter(recording, serviceTable());
    await writer.apply(serviceTable());
    await nft(['flush', 'map', 'ip', 'keelson-test', 'endpoints']);
    const moved = serviceTable({ endpoint: '10.244.0.9 . 8080' });
    await writer.apply(moved);
    expect(await readTable(nft, moved)).toEqual(stateOf(moved));
    await nft(['flush', 'chain', 'ip', 'keelson-test', 'services']);
    expect(await writer.apply(moved)).toBe(0);
    writer.recheck();
    await writer.apply(moved);
    expect(await readTable(nft, moved)).toEqual(stateOf(moved));
  });

  it('leaves the elements of a set alone that rules fill', async () => {
    const sticky: Table = {
      ...emptyTable('ip', 'keelson-test'),
      sets: new Map([['clients', { keyType: 'ipv4_addr', elements: new Set(), timeout: 60 }]]),
    };
    const writer = new TableWriter(recording, sticky);
    await writer.apply(sticky);
    await nft(['add', 'element', 'ip', 'keelson-test', 'clients', '{ 10.0.0.1 }']);
    writer.recheck();
    expect(await writer.apply(sticky)).toBe(0);
    expect(await nft(['list', 'set', 'ip', 'keelson-test', 'clients'])).toContain('10.0.0.1');
  });

  it('removes its table, also if there is none', async () => {
    const writer = new TableWriter(recording, serviceTable());
    await writer.apply(serviceTable());
    await writer.remove();
    await writer.remove();
    expect(await readTable(nft, serviceTable())).toBeUndefined();
  });
});

function serviceTable({ endpoint = '10.244.0.2 . 8080' } = {}): Table {
  return {
    family: 'ip',
    name: 'keelson-test',
    chains: new Map([
      ['reject-chain', { rules: ['reject'] }],
      [
        'services',
        {
          hook: { type: 'nat', hook: 'prerouting', priority: -100 },
          rules: ['dnat ip to ip daddr . meta l4proto . th dport map @endpoints'],
        },
      ],
      [
        'filter',
        { hook: { type: 'filter', hook: 'forward', priority: 0 }, rules: ['ip daddr . meta l4proto . th dport vmap @no-endpoints'] },
      ],
    ]),
    maps: new Map([
      [
        'endpoints',
        {
          keyType: 'ipv4_addr . inet_proto . inet_service',
          valueType: 'ipv4_addr . inet_service',
          elements: new Map([['10.96.0.1 . tcp . 80', endpoint]]),
        },
      ],
      [
        'no-endpoints',
        {
          keyType: 'ipv4_addr . inet_proto . inet_service',
          valueType: 'verdict',
          elements: new Map([['10.96.0.2 . tcp . 80', 'goto reject-chain']]),
        },
      ],
    ]),
    sets: new Map([['cluster-ips', { keyType: 'ipv4_addr', elements: new Set(['10.96.0.1', '10.96.0.2']) }]]),
  };
}

function whatIsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    execFileSync('nft', ['--version'], { stdio: 'ignore' });
    execFileSync('ip', ['-V'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs nft and ip';
  }
}
