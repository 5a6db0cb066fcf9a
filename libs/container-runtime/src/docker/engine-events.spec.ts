import Docker from 'dockerode';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import type { RuntimeEvent } from '../container-runtime';
import { Engine } from './engine';
import { watchEngine } from './engine-events';
import { LABEL } from './names';

describe('watchEngine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-events-'));
  const socketPath = join(folder, 'docker.sock');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('tells to look at everything again after the engine came back, and goes on', async () => {
    const connections: ServerResponse[] = [];
    let arrived: () => void = () => undefined;
    const server = createServer((_request, response) => {
      response.writeHead(200);
      response.flushHeaders();
      connections.push(response);
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const clock = new FakeClock();
    const engine = new Engine({ docker: new Docker({ socketPath }), node: 'n', clock, log: silentLogger });
    const told: (RuntimeEvent | undefined)[] = [];
    const end = new AbortController();
    const next = () => new Promise<void>((resolve) => (arrived = resolve));
    let waiting = next();
    const listener = (event: RuntimeEvent | undefined): void => {
      told.push(event);
      arrived();
    };
    const watching = watchEngine(engine, listener, end.signal);
    await waiting;

    waiting = next();
    const die = JSON.stringify({ Action: 'die', Actor: { ID: 'c1', Attributes: { [LABEL.podUid]: 'u1' } } });
    connections[0]?.write(`{"Action":"die","Actor":{"ID":"no pod's"}}\n${die.slice(0, 10)}`);
    connections[0]?.write(`${die.slice(10)}\n`);
    await waiting;
    expect(told).toEqual([undefined, { type: 'exited', containerId: 'c1', podUid: 'u1' }]);

    connections[0]?.destroy();
    while (told.length < 3) await clock.advance(1000);
    expect(told[2]).toBeUndefined();

    end.abort();
    await watching;
    connections[1]?.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect(clock.pending).toBe(0);
  });
});
