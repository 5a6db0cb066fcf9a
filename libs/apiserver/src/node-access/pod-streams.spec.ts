import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { clusterrolebindings, nodes, pods } from '@keelson/api';
import { FakeKubelet } from '../testing/fake-kubelet';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

const PORT_FORWARD_TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const WEBSOCKET = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
};
const SPDY = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };

let kubelet: FakeKubelet;
let server: TestApiserver;

beforeAll(async () => {
  kubelet = await FakeKubelet.start();
  server = await startTestApiserver({ users: ['operator'], config: { kubeletClient: kubelet.clientConfig } });
  await server.admin.resource(clusterrolebindings).create({
    metadata: { name: 'operator' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'operator' }],
  });
  await addNode('new-node', ['ExtendWebSocketsToKubelet']);
  await addNode('old-node', []);
  await addNode('simulated-node', [], 'hollow://1.0.0');
  await addPod('web', 'new-node');
  await addPod('simulated', 'simulated-node');
  await addPod('old', 'old-node');
  await addPod('pending', undefined);
});

afterAll(async () => {
  await server.stop();
  await kubelet.stop();
});

beforeEach(() => {
  kubelet.asked.length = 0;
  kubelet.refusal = undefined;
});

const NODE_INFO = {
  architecture: 'amd64',
  bootID: '',
  kernelVersion: '',
  kubeProxyVersion: '',
  kubeletVersion: '',
  machineID: '',
  operatingSystem: 'linux',
  osImage: '',
  systemUUID: '',
};

async function addNode(name: string, declaredFeatures: string[], containerRuntimeVersion = 'docker://27.0'): Promise<void> {
  await server.admin.resource(nodes).create({
    metadata: { name },
    spec: {},
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
      declaredFeatures,
      nodeInfo: { ...NODE_INFO, containerRuntimeVersion },
    },
  });
}

async function addPod(name: string, nodeName: string | undefined): Promise<void> {
  const spec = { containers: [{ name: 'app', image: 'example.org/app:1' }], ...(nodeName === undefined ? {} : { nodeName }) };
  await server.admin.resource(pods).create({ metadata: { name, namespace: 'default' }, spec });
}

type Answer = { readonly response: IncomingMessage; readonly socket?: Duplex; readonly head: Buffer };

/** Asks for an upgrade as `operator`. */
async function upgrade(path: string, headers: Record<string, string | string[]>): Promise<Answer> {
  const connection = await server.admin.transport.connect();
  return new Promise((resolve, reject) => {
    const outgoing = request({
      path: `/api/v1/namespaces/default/pods/${path}`,
      headers: { ...headers, authorization: 'Bearer operator' },
      createConnection: () => connection,
    });
    outgoing.on('upgrade', (response, socket, head) => resolve({ response, socket, head }));
    outgoing.on('response', (response) => resolve({ response, head: Buffer.alloc(0) }));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** The message of a Status that was answered instead. */
async function refusalOf(path: string, headers: Record<string, string>): Promise<string> {
  const { response } = await upgrade(path, headers);
  return `${response.statusCode}: ${(JSON.parse(await text(response)) as { message: string }).message}`;
}

/** Sends `sent` and reads as many bytes as `wanted` has. */
async function echoed({ head, socket }: Answer, sent: Buffer, length: number): Promise<Buffer> {
  let received = head;
  const connection = socket!;
  connection.write(sent);
  for await (const chunk of connection) {
    received = Buffer.concat([received, chunk as Buffer]);
    if (received.length >= length) break;
  }
  return received;
}

/** A binary WebSocket message as a client sends it, masked with zeros. */
const masked = (content: string): Buffer => Buffer.concat([Buffer.from([0x82, 0x80 | content.length, 0, 0, 0, 0]), Buffer.from(content)]);
const message = (content: string): Buffer => Buffer.concat([Buffer.from([0x82, content.length]), Buffer.from(content)]);

describe('pods/portforward', () => {
  it('joins a tunnel to a kubelet that takes tunnels', async () => {
    const answer = await upgrade('web/portforward', { ...WEBSOCKET, 'sec-websocket-protocol': PORT_FORWARD_TUNNEL });
    expect(answer.response.headers['sec-websocket-protocol']).toBe(PORT_FORWARD_TUNNEL);
    expect(await echoed(answer, masked('hello'), 7)).toEqual(message('hello'));
    expect(kubelet.asked[0]).toMatchObject({ url: '/portForward/default/web', headers: { upgrade: 'websocket' } });
    expect(kubelet.asked[0]!.headers).not.toHaveProperty('authorization');
  });

  it('takes what goes through a tunnel out of it for a kubelet that speaks SPDY only', async () => {
    const answer = await upgrade('old/portforward', { ...WEBSOCKET, 'sec-websocket-protocol': PORT_FORWARD_TUNNEL });
    expect(answer.response.headers['sec-websocket-protocol']).toBe(PORT_FORWARD_TUNNEL);
    expect(await echoed(answer, masked('hello'), 7)).toEqual(message('hello'));
    expect(kubelet.asked[0]).toMatchObject({
      url: '/portForward/default/old',
      headers: { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'portforward.k8s.io' },
    });
  });

  it('lets the kubelet go when the client goes', async () => {
    const { socket } = await upgrade('old/portforward', { ...WEBSOCKET, 'sec-websocket-protocol': PORT_FORWARD_TUNNEL });
    const gone = new Promise((resolve) => kubelet.asked[0]!.socket.on('close', () => resolve('gone')));
    socket!.resume().end();
    expect(await gone).toBe('gone');
  });

  it('joins a client that speaks SPDY', async () => {
    const answer = await upgrade('web/portforward?ports=80&ports=81', { ...SPDY, 'x-stream-protocol-version': 'portforward.k8s.io' });
    expect(answer.response.headers).toMatchObject({ upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'portforward.k8s.io' });
    expect(String(await echoed(answer, Buffer.from('raw'), 3))).toBe('raw');
    expect(kubelet.asked[0]!.url).toBe('/portForward/default/web?port=80&port=81');
  });

  it('says what the kubelet says when it refuses', async () => {
    kubelet.refusal = { status: 403, text: 'unable to upgrade: unable to negotiate protocol' };
    expect(await refusalOf('web/portforward', SPDY)).toBe('403: unable to upgrade: unable to negotiate protocol');
    kubelet.refusal = { status: 500, text: 'container not found ("web")' };
    expect(await refusalOf('web/exec?command=ls&stdout=true', SPDY)).toBe('500: container not found ("web")');
  });

  it('refuses a pod that has no node, one that is not there, and a request that is no upgrade', async () => {
    expect(await refusalOf('pending/portforward', SPDY)).toBe('400: pod pending does not have a host assigned');
    expect(await refusalOf('nobody/portforward', SPDY)).toBe('404: pods "nobody" not found');
    expect(await refusalOf('web/portforward', {})).toBe('400: Upgrade request required');
  });
});

describe('A pod of a simulated node', () => {
  it.each([
    ['exec?command=ls&stdout=true', SPDY],
    ['exec?command=ls&stdout=true', { ...WEBSOCKET, 'sec-websocket-protocol': 'v5.channel.k8s.io' }],
    ['attach?stdout=true', SPDY],
    ['portforward', { ...WEBSOCKET, 'sec-websocket-protocol': PORT_FORWARD_TUNNEL }],
    ['log', {}],
  ])('answers %s with what it is', async (path, headers) => {
    const sentence = '405: node simulated-node is simulated: its pods have no containers to ask or to connect to';
    expect(await refusalOf(`simulated/${path}`, headers)).toBe(sentence);
    expect(kubelet.asked).toHaveLength(0);
  });
});

describe('pods/exec', () => {
  it('joins a client that speaks SPDY, with every version that it offers', async () => {
    const versions = ['v4.channel.k8s.io', 'v3.channel.k8s.io'];
    const answer = await upgrade('web/exec?command=ls&command=-l&stdout=true&tty=true', { ...SPDY, 'X-Stream-Protocol-Version': versions });
    expect(String(await echoed(answer, Buffer.from('raw'), 3))).toBe('raw');
    expect(kubelet.asked[0]).toMatchObject({
      url: '/exec/default/web/app?output=1&tty=1&command=ls&command=-l',
      headers: { 'x-stream-protocol-version': 'v4.channel.k8s.io, v3.channel.k8s.io' },
    });
  });
});
