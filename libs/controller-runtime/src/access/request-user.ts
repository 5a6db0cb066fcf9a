import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { UserInfo } from '@keelson/api';

const AUTHENTICATED = 'system:authenticated';

/** Who sends a request, as the apiserver's authorizers know them. */
export interface RequestUser {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const ANONYMOUS: RequestUser = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** @returns undefined if there is no certificate that the server's client authorities signed, or it names nobody */
export function certificateUser(socket: Socket): RequestUser | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate() as { subject?: { CN?: string; O?: string | string[] } };
  if (subject?.CN === undefined) return undefined;
  return { name: subject.CN, groups: [...(subject.O === undefined ? [] : [subject.O].flat()), AUTHENTICATED] };
}

/** Whether the client shows a certificate that is not to be trusted. */
export const isBadlyCertified = (socket: Socket): boolean =>
  socket instanceof TLSSocket && !socket.authorized && Object.keys(socket.getPeerCertificate()).length > 0;

export function fromUserInfo({ username = '', uid, groups = [], extra }: UserInfo): RequestUser {
  return {
    name: username,
    groups: groups.includes(AUTHENTICATED) ? groups : [...groups, AUTHENTICATED],
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
}
