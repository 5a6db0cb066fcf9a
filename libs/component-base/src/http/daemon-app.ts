import type { IncomingMessage } from 'node:http';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { Registry } from 'prom-client';
import type { HealthChecks, HealthEndpoint } from '../health-checks';
import type { Logger } from '../logger';
import type { VersionInfo } from '../version';
import { answerHealth } from './health-text';

/** Whether a request may pass. */
export type AccessDecision = { readonly allowed: true } | { readonly allowed: false; readonly status: 401 | 403; readonly message: string };

/** Who asks, and may they: delegated to the apiserver by TokenReview and SubjectAccessReview, as a rule. */
export type CheckAccess = (request: IncomingMessage) => Promise<AccessDecision>;

/** `--authorization-always-allow-paths` as upstream sets it. */
const ALWAYS_ALLOWED = ['/healthz', '/readyz', '/livez'];

const ENDPOINTS: readonly HealthEndpoint[] = ['healthz', 'livez', 'readyz'];

export interface DaemonAppOptions {
  readonly health: HealthChecks;
  readonly metrics: Registry;
  readonly version: VersionInfo;
  readonly log: Logger;
  /** What `/configz` shows: configurations by name, without secrets. */
  readonly configz?: Readonly<Record<string, unknown>>;
  /** Without it everybody may see everything. */
  readonly checkAccess?: CheckAccess;
  /** Paths that need no access; one that ends in `/*` covers all below it. */
  readonly alwaysAllowPaths?: readonly string[];
  /** More paths of this daemon, behind the same access check. */
  readonly extend?: (app: Express) => void;
}

/** The HTTP surface that every daemon but the apiserver has: `/healthz`, `/livez`, `/readyz`, `/metrics`, `/version`, `/configz`. */
export function createDaemonApp(options: DaemonAppOptions): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.use(accessFilter(options));
  for (const endpoint of ENDPOINTS) addHealth(app, endpoint, options);
  app.get('/metrics', async (_request, response) => {
    response.type(options.metrics.contentType).send(await options.metrics.metrics());
  });
  app.get('/version', (_request, response) => void response.json(options.version));
  app.get('/configz', (_request, response) => void response.json(options.configz ?? {}));
  options.extend?.(app);
  app.use((_request, response) => sendText(response, 404, '404 page not found\n'));
  return app;
}

function accessFilter({ checkAccess, alwaysAllowPaths = ALWAYS_ALLOWED, log }: DaemonAppOptions): RequestHandler {
  const open = (path: string): boolean =>
    alwaysAllowPaths.some((allowed) => (allowed.endsWith('/*') ? path.startsWith(allowed.slice(0, -1)) : path === allowed));
  return async (request, response, next) => {
    if (checkAccess === undefined || open(request.path)) {
      next();
      return;
    }
    const decision = await decide(checkAccess, request, log);
    if (decision.allowed) next();
    else sendText(response, decision.status, `${decision.message}\n`);
  };
}

/** Who can't be checked is not let in. */
async function decide(
  checkAccess: CheckAccess,
  request: Request,
  log: Logger,
): Promise<AccessDecision | { allowed: false; status: 500; message: string }> {
  try {
    return await checkAccess(request);
  } catch (error) {
    log.error('Unable to check access', { error, path: request.path });
    return { allowed: false, status: 500, message: 'Internal Server Error: unable to check access' };
  }
}

function addHealth(app: Express, endpoint: HealthEndpoint, { health, log }: DaemonAppOptions): void {
  app.get(`/${endpoint}`, async (request, response) => {
    const query = new URL(request.originalUrl, 'http://localhost').searchParams;
    const answer = await answerHealth(health, endpoint, { verbose: query.has('verbose'), excluded: query.getAll('exclude') });
    if (answer.status !== 200) log.v(2, 'Health check failed', { endpoint, problems: answer.problems });
    sendText(response, answer.status, answer.text);
  });
  // The names of checks may have slashes in them (`poststarthook/...`).
  app.get(`/${endpoint}/*name`, async (request, response, next) => {
    const result = await health.runOne(endpoint, decodeURIComponent(request.path.slice(endpoint.length + 2)));
    if (result === undefined) next();
    else if (result.problem === undefined) sendText(response, 200, 'ok');
    else sendText(response, 500, `internal server error: ${result.problem}\n`);
  });
}

function sendText(response: Response, status: number, text: string): void {
  response.status(status).set({ 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' }).send(text);
}
