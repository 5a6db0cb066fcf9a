import { StatusError } from '@keelson/apimachinery';
import type { ApiRequest, ApiResponse, Handler } from '../http/api-request';

/** What answers a path that is no resource's. A path that ends in a slash and a star answers everything below it too. */
export interface NonResourceRoute {
  readonly path: string;
  readonly handle: Handler;
}

/** Finds the route of a path: the exact one first, else the longest that ends in a star. */
export class NonResourceRoutes {
  readonly #exact = new Map<string, Handler>();
  /** Without the star, longest first. */
  readonly #prefixes: readonly { readonly prefix: string; readonly handle: Handler }[];

  constructor(routes: readonly NonResourceRoute[]) {
    for (const { handle, path } of routes) if (!path.endsWith('/*')) this.#exact.set(path, handle);
    this.#prefixes = routes
      .filter(({ path }) => path.endsWith('/*'))
      .map(({ handle, path }) => ({ prefix: path.slice(0, -1), handle }))
      .sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /** Every path, as `/` lists them. */
  get paths(): readonly string[] {
    return [...this.#exact.keys()].sort();
  }

  /** @returns undefined if nothing answers there @throws StatusError MethodNotAllowed for anything but reading */
  async answer(request: ApiRequest): Promise<ApiResponse | undefined> {
    const path = request.path.length > 1 ? request.path.replace(/\/+$/, '') : request.path;
    const handle = this.#exact.get(path) ?? this.#prefixes.find(({ prefix }) => request.path.startsWith(prefix))?.handle;
    if (handle === undefined) return undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw StatusError.of('MethodNotAllowed', 'the server does not allow this method on the requested resource');
    return handle(request);
  }
}
