import { duplexPair, type Duplex } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeClock } from '@keelson/apimachinery';
import { SpdyConnection } from '@keelson/streaming';
import type { ForwardedPort, UpgradeRequest } from './remote-streams';
import { SpdyStreams } from './spdy-streams';

const EXEC = { stdin: true, stdout: true, stderr: true, tty: false };

function upgradeWith(protocols: string | undefined): { upgrade: UpgradeRequest; client: Duplex } {
  const [client, socket] = duplexPair();
  const headers = {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    ...(protocols === undefined ? {} : { 'x-stream-protocol-version': protocols }),
  };
  return { upgrade: { request: { headers } as never, socket, head: Buffer.alloc(0), query: new URLSearchParams() }, client };
}

/** The answer to the upgrade, and the client's connection from there on. */
async function answered(client: Duplex): Promise<{ answer: string; connection: SpdyConnection }> {
  const answer = await new Promise<string>((resolve) => client.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  const connection = new SpdyConnection(client, { role: 'client', onStream: () => undefined });
  return { answer, connection };
}

const open = (connection: SpdyConnection, kinds: readonly string[]) => kinds.map((streamtype) => connection.open({ streamtype }));
const success = { metadata: {}, status: 'Success' } as const;

describe('SpdyStreams', () => {
  const clock = new FakeClock();
  const protocol = new SpdyStreams(clock);

  it('knows its requests', () => {
    expect(protocol.speaks(upgradeWith('v4.channel.k8s.io').upgrade.request)).toBe(true);
    expect(protocol.speaks({ headers: { connection: 'Upgrade', upgrade: 'websocket' } } as never)).toBe(false);
  });

  describe('for a command', () => {
    it('carries its streams and tells a Status last', async () => {
      const { client, upgrade } = upgradeWith('v5.channel.k8s.io, v4.channel.k8s.io, v3.channel.k8s.io');
      const accepted = protocol.acceptStreams(upgrade, EXEC);
      const { answer, connection } = await answered(client);
      expect(answer).toContain('101 Switching Protocols');
      expect(answer).toContain('X-Stream-Protocol-Version: v4.channel.k8s.io\r\n');
      const [error, stdin, stdout, stderr] = open(connection, ['error', 'stdin', 'stdout', 'stderr']);
      const streams = await accepted;
      stdin!.end('in');
      expect(await text(streams.stdin!)).toBe('in');
      streams.stdout!.write('out');
      streams.stderr!.write('err');
      const finished = streams.finish({ metadata: {}, status: 'Failure', reason: 'NonZeroExitCode' });
      expect(await Promise.all([text(stdout!), text(stderr!), json(error!)])).toEqual([
        'out',
        'err',
        { metadata: {}, status: 'Failure', reason: 'NonZeroExitCode' },
      ]);
      connection.close();
      await finished;
      expect(streams.signal.aborted).toBe(true);
    });

    it('closes by itself when the client, told the end, does not', async () => {
      const { client, upgrade } = upgradeWith('v4.channel.k8s.io');
      const accepted = protocol.acceptStreams(upgrade, { ...EXEC, stdin: false, stderr: false });
      const { connection } = await answered(client);
      open(connection, ['error', 'stdout']);
      const finished = (await accepted).finish(success);
      await clock.advance(10_000);
      await finished;
      await new Promise((resolve) =>
        connection.signal.aborted ? resolve(undefined) : connection.signal.addEventListener('abort', resolve),
      );
    });

    it('takes the sizes of a terminal however they are cut, and passes over what is none', async () => {
      const { client, upgrade } = upgradeWith('v4.channel.k8s.io');
      const accepted = protocol.acceptStreams(upgrade, { stdin: false, stdout: true, stderr: true, tty: true });
      const { connection } = await answered(client);
      const [, , resize] = open(connection, ['error', 'stdout', 'resize']);
      const { resize: sizes, stderr } = await accepted;
      expect(stderr).toBeUndefined();
      resize!.write('{"Width":80,"Hei');
      resize!.write('ght":24}\n{"Width":"wide"}{"Width":100,');
      resize!.end('"Height":30}');
      const seen = [];
      for await (const size of sizes!) seen.push(size);
      expect(seen).toEqual([
        { width: 80, height: 24 },
        { width: 100, height: 30 },
      ]);
    });

    it.each([
      ['v2.channel.k8s.io', 'went wrong'],
      [undefined, 'went wrong'],
    ])('tells a client that speaks %s what went wrong in words', async (version, words) => {
      const { client, upgrade } = upgradeWith(version);
      const accepted = protocol.acceptStreams(upgrade, { ...EXEC, stdin: false, stderr: false });
      const { connection } = await answered(client);
      const [error] = open(connection, ['error', 'stdout']);
      const finished = (await accepted).finish({ metadata: {}, status: 'Failure', message: words });
      expect(await text(error!)).toBe(words);
      connection.close();
      await finished;
    });

    it('gives up on a client that does not open its streams', async () => {
      const { client, upgrade } = upgradeWith('v4.channel.k8s.io');
      const accepted = protocol.acceptStreams(upgrade, EXEC);
      const failed = expect(accepted).rejects.toThrow('timed out waiting for client to create streams');
      const { connection } = await answered(client);
      open(connection, ['error', 'stdin']);
      await clock.advance(30_000);
      await failed;
      expect(upgrade.socket.writable).toBe(false);
    });

    it('fails when the client goes before its streams are there', async () => {
      const { client, upgrade } = upgradeWith('v4.channel.k8s.io');
      const accepted = protocol.acceptStreams(upgrade, EXEC);
      client.destroy();
      await expect(accepted).rejects.toThrow('the client is gone');
    });

    it('refuses a client that speaks no version that is known', async () => {
      const { client, upgrade } = upgradeWith('v9.channel.k8s.io');
      await expect(protocol.acceptStreams(upgrade, EXEC)).rejects.toThrow('the client speaks none of');
      const answer = await text(client);
      expect(answer).toContain('403 Forbidden');
      expect(answer).toContain('X-Accepted-Stream-Protocol-Versions: v4.channel.k8s.io\r\n');
      expect(answer).toContain('client supports [v9.channel.k8s.io], server accepts [v4.channel.k8s.io');
    });
  });

  describe('for ports', () => {
    async function forwarding() {
      const { client, upgrade } = upgradeWith('portforward.k8s.io');
      const accepted = protocol.acceptPorts(upgrade);
      const { connection } = await answered(client);
      const { ports, signal } = await accepted;
      const arrived: ForwardedPort[] = [];
      const ended = (async () => {
        for await (const port of ports) arrived.push(port);
      })();
      const pair = (port: string, requestid: string) => ({
        error: connection.open({ streamtype: 'error', port, requestid }),
        data: connection.open({ streamtype: 'data', port, requestid }),
      });
      const until = async (count: number) => {
        while (arrived.length < count) await turn();
      };
      return { arrived, connection, ended, pair, signal, until };
    }

    it('joins the streams of a request to one connection, many at a time', async () => {
      const { arrived, pair, until } = await forwarding();
      const pairs = Array.from({ length: 100 }, (_, index) => pair(String(8000 + index), String(index)));
      await until(100);
      expect(arrived.map(({ port }) => port)).toEqual(pairs.map((_, index) => 8000 + index));
      for (const { data, end, port } of arrived) {
        data.end(`from ${port}`);
        end();
      }
      expect(await text(pairs[77]!.data)).toBe('from 8077');
      expect(await text(pairs[77]!.error)).toBe('');
    });

    it('joins streams of clients from before request ids by their numbers', async () => {
      const { arrived, connection, until } = await forwarding();
      connection.open({ streamtype: 'error', port: '80' });
      connection.open({ streamtype: 'data', port: '80' });
      await until(1);
      expect(arrived[0]!.port).toBe(80);
    });

    it('tells what went wrong on the error stream and resets the data', async () => {
      const { arrived, pair, until } = await forwarding();
      const { data, error } = pair('80', '1');
      await until(1);
      arrived[0]!.end('nobody listens');
      expect(await text(error)).toBe('nobody listens');
      await new Promise((resolve) => (data.destroyed ? resolve(undefined) : data.on('close', resolve)));
    });

    it.each([
      ['no port', { streamtype: 'data' }],
      ['port 0', { streamtype: 'data', port: '0' }],
      ['a port that is too great', { streamtype: 'data', port: '65536' }],
      ['no kind', { port: '80' }],
      ['another kind', { streamtype: 'other', port: '80' }],
    ])('refuses a stream with %s', async (_, headers) => {
      const { connection } = await forwarding();
      const stream = connection.open(headers);
      await new Promise((resolve) => stream.on('close', resolve));
    });

    it('does not wait for ever for the second stream of a pair', async () => {
      const { connection } = await forwarding();
      const stream = connection.open({ streamtype: 'error', port: '80', requestid: '7' });
      stream.end();
      for (let round = 0; round < 20; round++) await turn();
      await clock.advance(30_000);
      expect(await text(stream)).toBe('(request=7) timed out waiting for streams');
    });

    it('ends everything when the client is gone', async () => {
      const { arrived, connection, ended, pair, signal, until } = await forwarding();
      pair('80', '1');
      await until(1);
      connection.close();
      await ended;
      expect(signal.aborted).toBe(true);
      expect(arrived[0]!.data.destroyed).toBe(true);
    });
  });
});
