import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { StatusError, type DeepReadonly } from '@keelson/apimachinery';
import type { Node } from '@keelson/api';
import type { UpgradedConnection } from '../http/upgrade';
import type { ApiserverConfig } from '../server/apiserver-config';

/** In the order in which a node's addresses are tried, as kubeadm sets `--kubelet-preferred-address-types`. */
const ADDRESS_TYPES = ['InternalIP', 'ExternalIP', 'Hostname'];
const DEFAULT_PORT = 10250;
/** Of an error's text; more than that tells nobody more. */
const MAX_ERROR_BYTES = 8192;

/** Where a node's kubelet listens. */
export interface KubeletEndpoint {
  readonly host: string;
  readonly port: number;
}

/** How the container runtime of a simulated node is named in `status.nodeInfo`. Its kubelet listens nowhere: it would have nothing to tell. */
const SIMULATED_RUNTIME = 'hollow://';

/** @throws StatusError MethodNotAllowed if the node is simulated, InternalError if it has told no address yet */
export function kubeletEndpointOf({ metadata, status }: DeepReadonly<Node>): KubeletEndpoint {
  if (status?.nodeInfo?.containerRuntimeVersion.startsWith(SIMULATED_RUNTIME) === true)
    throw StatusError.of('MethodNotAllowed', `node ${metadata.name} is simulated: its pods have no containers to ask or to connect to`);
  const addresses = status?.addresses ?? [];
  const host = ADDRESS_TYPES.map((type) => addresses.find((each) => each.type === type)?.address).find((each) => each !== undefined);
  if (host === undefined) throw StatusError.internal(`node ${metadata.name} has no address of the types ${ADDRESS_TYPES.join(', ')}`);
  return { host, port: status?.daemonEndpoints?.kubeletEndpoint?.Port ?? DEFAULT_PORT };
}

/** Asks kubelets over TLS, as the user that the client certificate names. Without an authority for their certificates they are not verified, as upstream. */
export class KubeletClient {
  readonly #agent: Agent | undefined;

  constructor(config: ApiserverConfig['kubeletClient']) {
    if (config === undefined) return;
    const { certificate, certificateAuthority, key } = config;
    const trust = certificateAuthority === undefined ? { rejectUnauthorized: false } : { ca: certificateAuthority };
    this.#agent = new Agent({ cert: certificate, key, keepAlive: true, ...trust });
  }

  /** @returns the response, whatever its status. @throws StatusError InternalError if the kubelet can't be reached */
  get(endpoint: KubeletEndpoint, path: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest({ ...endpoint, path, agent: this.#required(), signal });
      request.on('response', resolve);
      request.on('error', (error) => reject(StatusError.internal(error)));
      request.end();
    });
  }

  /** @returns the connection once the kubelet has taken the upgrade. @throws StatusError with what it said if it did not */
  upgrade(endpoint: KubeletEndpoint, path: string, headers: IncomingHttpHeaders): Promise<UpgradedConnection> {
    const { promise, reject, resolve } = Promise.withResolvers<UpgradedConnection>();
    const request = httpsRequest({ ...endpoint, path, agent: this.#required(), headers });
    request.on('upgrade', (response, socket, head) => resolve({ headers: response.rawHeaders, socket, head }));
    request.on('response', (response) => void upgradeRefusal(response).then(reject, reject));
    request.on('error', (error) => reject(StatusError.internal(error)));
    request.end();
    return promise;
  }

  /** Shows kubelets who asks; for proxies. @throws StatusError ServiceUnavailable if there is nothing to show */
  get agent(): Agent {
    return this.#required();
  }

  close(): void {
    this.#agent?.destroy();
  }

  #required(): Agent {
    if (this.#agent !== undefined) return this.#agent;
    throw StatusError.of('ServiceUnavailable', 'kubelets can not be asked: the server has no --kubelet-client-certificate');
  }
}

/** What a kubelet that refuses says, as a Status of the same code. */
export async function refusal(response: IncomingMessage): Promise<StatusError> {
  const code = response.statusCode ?? 500;
  const text = (await readSome(response)).trim();
  if (code === 400) return StatusError.badRequest(text);
  if (code === 404) return StatusError.of('NotFound', text);
  if (code === 401 || code === 403) return StatusError.of('Forbidden', text);
  return StatusError.internal(text === '' ? `the kubelet answered with status ${code}` : text);
}

/** As {@link refusal}, but in the kubelet's words alone also where it failed: clients of an upgrade say themselves what they could not do. */
async function upgradeRefusal(response: IncomingMessage): Promise<StatusError> {
  const error = await refusal(response);
  const [cause] = error.status.details?.causes ?? [];
  return error.reason === 'InternalError' && cause?.message !== undefined ? StatusError.of('InternalError', cause.message) : error;
}

async function readSome(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_ERROR_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_ERROR_BYTES);
}
