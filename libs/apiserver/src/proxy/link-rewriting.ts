/** What a link on a proxied page is measured by. */
export interface ProxiedPage {
  /** The path of the proxy subresource, such as `/api/v1/namespaces/default/pods/web/proxy`. */
  readonly prefix: string;
  /** `host[:port]` of the server behind the proxy. */
  readonly backendHost: string;
  /** What the client calls this server. */
  readonly requestHost: string;
}

/** Scheme, host, path, and the rest of a URL reference (RFC 3986, appendix B). */
const REFERENCE = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is;

/** A link to the same server goes through the proxy; relative ones do so already, and those to other servers are left alone. */
export function rewriteLink(link: string, { backendHost, prefix, requestHost }: ProxiedPage): string {
  const [, scheme = '', host = '', path = '', rest = ''] = REFERENCE.exec(link) ?? [];
  const isElsewhere = host !== '' && host !== backendHost && host !== requestHost;
  if (isElsewhere || !path.startsWith('/')) return link;
  const origin = host !== '' && host === requestHost ? `${scheme === '' ? '' : `${scheme}:`}//${host}` : '';
  return `${origin}${path.startsWith(prefix) ? '' : prefix}${path}${rest}`;
}
