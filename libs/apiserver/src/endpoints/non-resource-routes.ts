import { StatusError } from '@keelson/apimachinery';
import type { ApiRequest, ApiResponse, Handler } from '../http/api-request';

/** What answers a path that is no resource's. A path that ends in a slash and a star answers everything below it too. */
export interface NonResourceRoute {
  readonly path: string;
  /** Whether a slash may end the path, as it may where upstream's routes are web services. */
  readonly mayEndInSlash?: boolean;
  readonly handle: Handler;
}

/**
 * Finds the route of a path: the exact one first, else the longest that ends in a star.
 * `/` itself lists all paths there are.
 */
export class NonResourceRoutes {
  readonly #exact = new Map<string, NonResourceRoute>();
  /** Without the star, longest first. */
  readonly #prefixes: readonly { readonly prefix: string; readonly handle: Handler }[];
  readonly #index: Buffer;

  constructor(routes: readonly NonResourceRoute[]) {
    for (const route of routes) if (!route.path.endsWith('/*')) this.#exact.set(route.path, route);
    this.#prefixes = routes
      .filter(({ path }) => path.endsWith('/*'))
      .map(({ handle, path }) => ({ prefix: path.slice(0, -1), handle }))
      .sort((a, b) => b.prefix.length - a.prefix.length);
    this.#index = Buffer.from(JSON.stringify({ paths: [...this.#exact.keys()].sort() }));
  }

  /** @returns undefined if nothing answers there @throws StatusError MethodNotAllowed for anything but reading */
  async answer(request: ApiRequest): Promise<ApiResponse | undefined> {
    const handle = this.#find(request.path);
    if (handle === undefined) return undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw StatusError.of('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
    return handle(request);
  }

  #find(path: string): Handler | undefined {
    if (path === '/') return () => Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body: this.#index });
    const exact = this.#exact.get(path);
    if (exact !== undefined) return exact.handle;
    const withoutSlash = path.endsWith('/') ? this.#exact.get(path.slice(0, -1)) : undefined;
    if (withoutSlash?.mayEndInSlash === true) return withoutSlash.handle;
    return this.#prefixes.find(({ prefix }) => path.startsWith(prefix) && path !== prefix)?.handle;
  }
}
