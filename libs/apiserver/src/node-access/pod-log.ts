import type { IncomingMessage } from 'node:http';
import { FieldErrors, FieldPath, StatusError } from '@keelson/apimachinery';
import type { VirtualResource } from '../endpoints/api-endpoint';
import type { ApiRequest, ApiResponse, ByteSink } from '../http/api-request';
import { refusal } from './kubelet-client';
import { containerTarget, type NodeAccess } from './pod-target';

/** The fields of PodLogOptions that a kubelet takes. */
const PASSED_ON = ['follow', 'previous', 'sinceSeconds', 'sinceTime', 'timestamps', 'tailLines', 'limitBytes', 'stream'];

/** `pods/log`: what a container has printed, byte for byte as its kubelet tells it, for as long as the client follows. */
export function logSubresource(access: NodeAccess): VirtualResource {
  return {
    get: async (request: ApiRequest): Promise<ApiResponse> => {
      validateLogQuery(request);
      const { kubelet, path } = await containerTarget(access, request);
      const headers = { 'content-type': 'text/plain' };
      if (kubelet === undefined) return { status: 200, headers, body: Buffer.alloc(0) };
      const query = new URLSearchParams(
        PASSED_ON.flatMap((name) => request.query.getAll(name).map((value): [string, string] => [name, value])),
      );
      const response = await access.kubelets.get(kubelet.endpoint, `/containerLogs/${path}?${query.toString()}`, request.signal);
      if (response.statusCode !== 200) throw await refusal(response);
      return { status: 200, headers, stream: (sink) => passOn(response, sink) };
    },
  };
}

/** At the speed at which the client reads. */
async function passOn(response: IncomingMessage, sink: ByteSink): Promise<void> {
  for await (const chunk of response as AsyncIterable<Buffer>) if (!sink.write(chunk)) await sink.drained();
}

/** @throws StatusError Invalid, as k8s.io/kubernetes ValidatePodLogOptions */
function validateLogQuery({ info, query }: ApiRequest): void {
  const errors = new FieldErrors();
  const atLeast = (field: string, least: 0 | 1): void => {
    const text = query.get(field);
    if (text === null || text === '') return;
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw StatusError.badRequest(`invalid value ${JSON.stringify(text)} of ${field}: must be an integer`);
    if (value < least) errors.invalid(FieldPath.of(field), value, `must be greater than ${least === 0 ? 'or equal to 0' : '0'}`);
  };
  atLeast('tailLines', 0);
  atLeast('limitBytes', 1);
  atLeast('sinceSeconds', 1);
  if (query.has('sinceSeconds') && query.has('sinceTime'))
    errors.forbidden(FieldPath.of('sinceTime'), 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  if (errors.all.length > 0) throw StatusError.invalid({ group: '', kind: 'PodLogOptions' }, info.name, errors);
}
